package io.holdfast.server.http;

import io.holdfast.proto.Excerpt;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Selection;
import io.holdfast.storage.WriteOutcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
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

  /**
   * The bound on the Location header. The rest of the head's 8 KiB is for headers of the web config
   * file.
   */
  private static final int LONGEST_LOCATION = 6 << 10;

  private static final String STALE = "Holdfast-Stale";

  /** The header that carries the code of a refusal, for programs. */
  static final String REFUSAL = "Holdfast-Refusal";

  /** Names of nodes are part of this header and can be in any script. */
  private static final Pattern HEADER_UNSAFE = Pattern.compile("[^ -~]");

  /**
   * The time that a client should wait before it repeats a request that was refused for lack of
   * resources.
   */
  public static final String RETRY_AFTER_SECONDS = "1";

  public String method() {
    return request.getMethod();
  }

  public @Nullable String header(HttpHeader header) {
    return request.getHeaders().get(header);
  }

  /**
   * Returns host and port of this server as the client names them; null if the client names none.
   */
  public @Nullable String host() {
    String host = header(HttpHeader.HOST);
    // HTTP/2 has no such header. Its URI holds the host.
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
                refuseForNow(
                    new Refusal(
                        Refusal.Code.CLIENT_GONE,
                        "the request was given up before it was answered"));
              } else {
                guarded(() -> answer.accept(decided));
              }
            });
  }

  /**
   * Selects groups on another thread, and calls back there.
   *
   * @param isTooLate as for {@link GroupStore#select}
   */
  public void whenSelected(
      GroupStore store,
      Function<Exposition, SelectedGroups> selector,
      BooleanSupplier isTooLate,
      Consumer<Selection> answer) {
    Executor executor = request.getComponents().getExecutor();
    CompletableFuture<Void> unused =
        store
            .select(selector, isTooLate, executor)
            .handle(
                (selection, failure) -> {
                  guarded(
                      () -> {
                        if (selection == null) {
                          throw new IllegalStateException("selection failed", failure);
                        }
                        answer.accept(selection);
                      });
                  return null;
                });
  }

  /**
   * Answers on another thread. Work of some milliseconds must not block the thread that serves
   * connections, nor the thread that reports new data.
   */
  public void later(Runnable answering) {
    Executor executor = request.getComponents().getExecutor();
    guarded(() -> executor.execute(() -> guarded(answering)));
  }

  /** Adds the header that says why the answer is stale. */
  public void markStale(String reason) {
    response.getHeaders().put(STALE, HEADER_UNSAFE.matcher(reason).replaceAll("?"));
  }

  /** Runs code that answers this request. If the code fails, answers 500. */
  public void guarded(Runnable answering) {
    try {
      answering.run();
    } catch (RuntimeException | Error e) {
      log.error("internal error; request failed", e);
      if (response.isCommitted()) {
        callback.failed(e);
      } else {
        refuse(500, "internal error: " + e);
      }
    }
  }

  /** Answers with a status and no body. */
  public void answer(int status) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
    // A call of callback.succeeded() alone would make Jetty do the last write itself. While the
    // handler returns, Jetty can then complete the exchange twice and leave the connection dead.
    // See jetty.project issue 14745, which 12.1.14 still has.
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
   * Redirects the client, as Go's servers do. A client that reads also gets a link in the body.
   *
   * @param location escaped; refused if it does not fit into an answer's head
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

  /** Sends a reason in the form of Go's servers: with a line feed at the end, and never sniffed. */
  public void refuse(int status, String reason) {
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    // Reasons quote input of clients.
    answer(status, Excerpt.ofMessage(reason) + "\n");
  }

  /**
   * Announces that the connection ends with the answer, so that the answer does not wait for the
   * body.
   */
  public void announceClose() {
    response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
  }

  /** Answers 503: the request was correct, and the client should try again. */
  public void refuseForNow(Refusal refusal) {
    markRefused(refusal);
    refuse(503, refusal.toString());
  }

  /**
   * Adds the headers of an answer 503 whose body another class writes. Counts and logs the refusal,
   * before the answer.
   */
  public void markRefused(Refusal refusal) {
    response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
    response.getHeaders().put(REFUSAL, refusal.code().word());
    RefusalTracking.of(request).refused(refusal);
  }

  /** Answers 503 to a probe, which is neither counted nor logged. */
  public void refuseProbe(Refusal refusal) {
    response.getHeaders().put(REFUSAL, refusal.code().word());
    refuse(503, refusal.toString());
  }
}
