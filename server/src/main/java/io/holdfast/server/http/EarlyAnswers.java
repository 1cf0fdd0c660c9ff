package io.holdfast.server.http;

import io.holdfast.server.config.Limits;
import java.time.Duration;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * The rule that makes answers readable which are known before the end of the request's body. Most
 * such answers are refusals. A client that writes its whole body before it reads would otherwise
 * get a broken pipe instead of the reason.
 *
 * <p>Up to 256 KiB of a body are read before the answer is sent, as Go's servers do. The connection
 * then goes on. A longer or slower body gets an answer with {@code Connection: close}. The server
 * then stops writing, and for some seconds drops the bytes that the client still sends.
 *
 * <p>Every answer passes the stream of its request. So the rule holds for all handlers and for
 * Jetty's own error pages. The only exception is input that is not HTTP/1.1 at all. Jetty refuses
 * such input at once, before there is a request.
 *
 * @param bounds of the bytes that are read before and after an answer
 * @param maxFields of a head
 */
record EarlyAnswers(Bounds bounds, int maxFields) implements HttpConfiguration.Customizer {
  /** The amount that Go's net/http reads. */
  private static final long BYTES = 256 << 10;

  /** Longer than a body of that size takes on a slow line. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  /** More than a push may have with common heap sizes. These bytes are read and dropped. */
  private static final long LINGER_BYTES = 64 << 20;

  private static final Duration LINGER_WAIT = Duration.ofSeconds(10);

  /**
   * The amount that is read before and after an answer, and the time for it.
   *
   * @param bytes before the answer
   * @param patience before the answer
   * @param lingerBytes after an answer that announces the end of the connection
   * @param lingerPatience after such an answer
   * @param reading told of the streams whose bodies are being read for an answer
   */
  record Bounds(
      long bytes,
      Duration patience,
      long lingerBytes,
      Duration lingerPatience,
      SlowBodies reading) {}

  static EarlyAnswers of(Limits.Web limits, SlowBodies slowBodies) {
    // An idle time-out that comes first would cut the answer off.
    Duration half = limits.idleTimeout().dividedBy(2);
    Duration wait = WAIT.compareTo(half) < 0 ? WAIT : half;
    Duration lingerWait = LINGER_WAIT.compareTo(half) < 0 ? LINGER_WAIT : half;
    return new EarlyAnswers(
        new Bounds(BYTES, wait, LINGER_BYTES, lingerWait, slowBodies), limits.maxHeaderFields());
  }

  @Override
  public Request customize(Request request, HttpFields.Mutable responseHeaders) {
    HttpFields fields = request.getHeaders();
    boolean isCoded = fields.contains(HttpHeader.TRANSFER_ENCODING);
    HttpVersion version = request.getConnectionMetaData().getHttpVersion();
    boolean isHttp2 = version == HttpVersion.HTTP_2;
    // A proxy could believe another header than this server does. So the connection closes, and no
    // second request can be smuggled in.
    boolean isAmbiguous =
        isCoded
            && !isHttp2
            && (fields.contains(HttpHeader.CONTENT_LENGTH) || version != HttpVersion.HTTP_1_1);
    request.addHttpStreamWrapper(stream -> new AnswerStream(stream, request, bounds, isAmbiguous));
    if (fields.size() > maxFields) {
      throw new HeaderFields.TooManyException(maxFields);
    }
    if (isCoded && isHttp2) {
      throw new HttpException.RuntimeException(
          400, "transfer-encoding: not part of HTTP/2 (expected: no such field)");
    }
    return isAmbiguous ? new Chunked(request) : request;
  }

  /** A request without the length that its transfer encoding overrides. */
  private static final class Chunked extends Request.Wrapper {
    private final HttpFields fields;

    Chunked(Request wrapped) {
      super(wrapped);
      HttpFields.Mutable without = HttpFields.build();
      for (HttpField field : wrapped.getHeaders()) {
        if (field.getHeader() != HttpHeader.CONTENT_LENGTH) {
          without.add(field);
        }
      }
      this.fields = without.asImmutable();
    }

    @Override
    public HttpFields getHeaders() {
      return fields;
    }

    @Override
    public long getLength() {
      return -1;
    }
  }
}
