package io.holdfast.server.http;

import io.holdfast.proto.Excerpt;
import io.holdfast.storage.WriteOutcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request with the means to answer it. Exactly one of the answering methods is called, once.
 *
 * @param callback completes the request
 */
public record Exchange(Request request, Response response, Callback callback) {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

  /** The rest of the head, which has 8 KiB, is for headers of the web config file. */
  private static final int LONGEST_LOCATION = 6 << 10;

  private static final String STALE = "Holdfast-Stale";

  /** Names of nodes come into it, which may be in any script. */
  private static final Pattern HEADER_UNSAFE = Pattern.compile("[^ -~]");

  /** How long a client should wait before it tries again what was refused for lack of means. */
  public static final String RETRY_AFTER_SECONDS = "1";

  public String method() {
    return request.getMethod();
  }

  public @Nullable String header(HttpHeader header) {
    return request.getHeaders().get(header);
  }

  /** Host and port as the client calls this server; null if it does not say. */
  public @Nullable String host() {
    String host = header(HttpHeader.HOST);
    // HTTP/2 has no such header: what it has instead is in the URI.
    return host == null ? request.getHttpURI().getAuthority() : host;
  }

  public String remoteAddress() {
    return Request.getRemoteAddr(request) + ":" + Request.getRemotePort(request);
  }

  /**
   * Calls back with the outcome.
   *
   * @param gone called instead if the request has failed in the meantime
   */
  public void whenDecided(
      CompletableFuture<WriteOutcome> outcome, Consumer<WriteOutcome> answer, Runnable gone) {
    CompletableFuture<WriteOutcome> unused =
        outcome.whenComplete(
            (decided, failure) -> {
              if (decided == null) {
                gone.run();
                refuseForNow("the request was given up before it was answered");
              } else {
                guarded(() -> answer.accept(decided));
              }
            });
  }

  /**
   * Answers on another thread: what takes milliseconds is not for the thread that serves
   * connections, nor for one that has told what there is to be read.
   */
  public void later(Runnable answering) {
    Executor executor = request.getComponents().getExecutor();
    guarded(() -> executor.execute(() -> guarded(answering)));
  }

  /** Says in a header why there may be more than what is sent. */
  public void markStale(String reason) {
    response.getHeaders().put(STALE, HEADER_UNSAFE.matcher(reason).replaceAll("?"));
  }

  /** Runs what answers this request; if that fails, it is answered with 500 all the same. */
  public void guarded(Runnable answering) {
    try {
      answering.run();
    } catch (RuntimeException | Error e) {
      log.error("a request failed for a reason of ours", e);
      if (response.isCommitted()) {
        callback.failed(e);
      } else {
        refuse(500, "internal error: " + e);
      }
    }
  }

  /** A status without a body. */
  public void answer(int status) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
    // Not callback.succeeded() alone: then Jetty makes the last write itself, and while the handler
    // is on its way out it may complete the exchange twice and leave the connection dead
    // (jetty.project issue 14745, still there in 12.1.14).
    response.write(true, BufferUtil.EMPTY_BUFFER, callback);
  }

  public void answer(int status, String body) {
    answer(status, PLAIN_TEXT, body.getBytes(StandardCharsets.UTF_8));
  }

  public void answer(int status, String contentType, byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  /**
   * Sends the client elsewhere, as Go's servers do: who reads, and may be a person, gets a link
   * too.
   *
   * @param location escaped; one that does not fit into an answer's head is refused
   */
  public void redirect(int status, String location) {
    if (location.length() > LONGEST_LOCATION) {
      refuse(
          414,
          "URI: too long to be redirected (expected: at most "
              + LONGEST_LOCATION
              + " bytes, or the path as it should be: without //, . and ..)");
      return;
    }
    response.getHeaders().put(HttpHeader.LOCATION, location);
    if (method().equals("GET") || method().equals("HEAD")) {
      String link = "<a href=\"%s\">%s</a>.\n\n";
      String text = link.formatted(escapeHtml(location), HttpStatus.getMessage(status));
      answer(status, "text/html; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    } else {
      answer(status);
    }
  }

  private static String escapeHtml(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&#34;")
        .replace("'", "&#39;");
  }

  /** A reason, in the form that Go's servers give it: ended by a line feed, never sniffed. */
  public void refuse(int status, String reason) {
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    // Reasons quote what clients sent.
    answer(status, Excerpt.ofMessage(reason) + "\n");
  }

  /** Says that the connection ends with the answer, so that the body is not waited for. */
  public void announceClose() {
    response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
  }

  /** 503: the client did nothing wrong and should try again. */
  public void refuseForNow(String reason) {
    response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
    refuse(503, reason);
  }
}
