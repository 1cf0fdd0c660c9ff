package io.holdfast.server.http;

import io.holdfast.server.logging.LogRate;
import io.holdfast.storage.Refusal;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The handler around all others that counts and logs every answer 503 under the code of its
 * refusal. Repeated lines are counted ({@link LogRate}). Any thread may report a refusal.
 */
final class RefusalTracking extends Handler.Wrapper {
  private static final Logger log = LoggerFactory.getLogger(RefusalTracking.class);
  private static final String ATTRIBUTE = RefusalTracking.class.getName();

  private final Consumer<Refusal.Code> counter;
  private final LogRate rate;

  /** The receiver of the refusal of one request. */
  interface Report {
    void refused(Refusal refusal);
  }

  /**
   * Wraps a handler.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  RefusalTracking(Handler handler, Consumer<Refusal.Code> counter, LongSupplier nanoTime) {
    super(handler);
    this.counter = counter;
    this.rate = new LogRate(nanoTime);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Report report = refusal -> refused(request, refusal);
    request.setAttribute(ATTRIBUTE, report);
    return super.handle(request, response, callback);
  }

  /** Returns the receiver of a request's refusal. */
  static Report of(Request request) {
    return request.getAttribute(ATTRIBUTE) instanceof Report report ? report : refusal -> {};
  }

  private void refused(Request request, Refusal refusal) {
    counter.accept(refusal.code());
    String code = refusal.code().word();
    OptionalLong suppressed = rate.admit(code, Request.getRemoteAddr(request));
    if (suppressed.isEmpty()) {
      return;
    }
    LoggingEventBuilder line =
        log.atWarn()
            .addKeyValue("code", code)
            .addKeyValue("method", request.getMethod())
            .addKeyValue(
                "source", Request.getRemoteAddr(request) + ":" + Request.getRemotePort(request));
    if (suppressed.getAsLong() > 0) {
      line = line.addKeyValue("suppressed", suppressed.getAsLong());
    }
    line.addKeyValue("err", refusal.text()).log("request refused with 503");
  }
}
