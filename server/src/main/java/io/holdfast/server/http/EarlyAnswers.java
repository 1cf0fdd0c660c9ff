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
 * Makes answers readable that are known before the request's body is: refusals above all. A client
 * that writes its whole body before it reads gets a broken pipe, and never the reason, if the
 * connection goes in the middle of it.
 *
 * <p>Up to 256 KiB of a body are read before the answer is sent, as Go's servers do, and the
 * connection goes on. A longer body, or a slower one, has an answer with {@code Connection: close}.
 * The server then stops writing, and drops what the client still sends for some seconds.
 *
 * <p>Every answer passes here, because every answer passes the stream of its request: the
 * handlers', and Jetty's own error pages. Jetty refuses what is no HTTP/1.1 at all before a request
 * is there; such an answer is sent at once.
 *
 * @param bounds of what is read for the sake of an answer
 * @param maxFields of a head
 */
record EarlyAnswers(Bounds bounds, int maxFields) implements HttpConfiguration.Customizer {
  /** As many as Go's net/http reads. */
  private static final long BYTES = 256 << 10;

  /** Longer than a body of that size takes on a slow line. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  /** More than a push may have with the heaps that are common: it is read and dropped. */
  private static final long LINGER_BYTES = 64 << 20;

  private static final Duration LINGER_WAIT = Duration.ofSeconds(10);

  /**
   * How much is read for the sake of an answer, and for how long.
   *
   * @param bytes before the answer
   * @param patience before the answer
   * @param lingerBytes after an answer that announces the end of the connection
   * @param lingerPatience after such an answer
   * @param reading told of those that take their time
   */
  record Bounds(
      long bytes,
      Duration patience,
      long lingerBytes,
      Duration lingerPatience,
      SlowBodies reading) {}

  static EarlyAnswers of(Limits.Web limits, SlowBodies slowBodies) {
    // An idle time-out that comes first would take the answer with it.
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
    // A proxy that believes another header than this server must not see where the next request
    // begins here: nothing follows on such a connection.
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
