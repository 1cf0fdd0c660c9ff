package io.holdfast.server.http;

import io.holdfast.server.config.Limit;
import io.holdfast.storage.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * The answers of Jetty itself to requests that never reach a handler. Each answer is a line of text
 * with the reason, instead of a page.
 */
final class PlainErrors implements Request.Handler {
  private final Consumer<Limit> exceeded;

  /**
   * Creates the answers.
   *
   * @param exceeded told of the limit of each refusal
   */
  PlainErrors(Consumer<Limit> exceeded) {
    this.exceeded = exceeded;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Object reason = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
    String code = HttpStatus.getMessage(status);
    String text = status + " " + code;
    if (reason != null && !reason.equals(code)) {
      text += ": " + reason;
    }
    if (request.getAttribute(ErrorHandler.ERROR_EXCEPTION)
        instanceof HeaderFields.TooManyException) {
      exceeded.accept(Limit.HEADER_FIELDS);
      text = Limit.HEADER_FIELDS.explain(text);
    } else if (status == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431
        || status == HttpStatus.URI_TOO_LONG_414) {
      exceeded.accept(Limit.HEADER_SIZE);
      text = Limit.HEADER_SIZE.explain(text);
    }
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
    if (status == HttpStatus.BAD_REQUEST_400) {
      // Jetty closes the connection after a request that it could not read. The answer announces
      // that.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
      // Jetty itself answers 503 only while the server stops.
      Refusal refusal = new Refusal(Refusal.Code.SHUTTING_DOWN, "the server is shutting down");
      new Exchange(request, response, callback).refuseForNow(refusal);
      return true;
    }
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)), callback);
    return true;
  }
}
