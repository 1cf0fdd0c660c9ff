package io.holdfast.server.push;

import io.holdfast.server.config.Limit;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.logging.LogRate;
import io.holdfast.server.routing.RequestTarget;
import io.holdfast.storage.Rejection;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The log of refused pushes, in the Pushgateway's words and at its levels. Mistakes in a body or a
 * path are logged at debug, and pushes that contradict others at error. Bodies are never logged.
 * Repeated refusals are counted ({@link LogRate}). Any thread may use it.
 */
final class RefusalLog {
  private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);

  static final String INCONSISTENT =
      "pushed metrics are invalid or inconsistent with existing metrics";

  /** Reasons quote names and values that clients chose. */
  private static final int LONGEST_TEXT = 400;

  private final LogRate rate;

  /**
   * Creates a log.
   *
   * @param nanos measures the rate of lines
   */
  RefusalLog(LongSupplier nanos) {
    this.rate = new LogRate(nanos);
  }

  /** Logs a body that cannot be read. */
  void unreadable(Exchange exchange, Object group, String reason) {
    log(Level.DEBUG, "failed to parse text", "unreadable", exchange, group, reason);
  }

  /** Logs a path that names no group. */
  void badPath(Exchange exchange, String reason) {
    String path = RequestTarget.of(exchange.request().getHttpURI()).path();
    log(Level.DEBUG, "failed to parse URL", "url", exchange, path, reason);
  }

  /** Logs metrics that are wrong in themselves or contradict others. */
  void inconsistent(Exchange exchange, Object group, Rejection rejection) {
    log(Level.ERROR, INCONSISTENT, rejection.reason().name(), exchange, group, rejection.message());
  }

  /** Logs a request that exceeds a limit. */
  void limitExceeded(Limit limit, Exchange exchange, Object group, String reason) {
    log(Level.WARN, "push refused by a limit", limit.flag(), exchange, group, reason);
  }

  private void log(
      Level level, String message, String kind, Exchange exchange, Object group, String reason) {
    if (!log.isEnabledForLevel(level)) {
      return;
    }
    OptionalLong suppressed = rate.admit(kind, Request.getRemoteAddr(exchange.request()));
    if (suppressed.isEmpty()) {
      return;
    }
    LoggingEventBuilder line =
        log.atLevel(level)
            .addKeyValue("method", exchange.method())
            .addKeyValue("source", exchange.remoteAddress());
    // Any client can send this header. So it is logged, and nothing depends on it.
    String forwardedFor = exchange.header(HttpHeader.X_FORWARDED_FOR);
    if (forwardedFor != null) {
      line = line.addKeyValue("forwarded_for", shortened(forwardedFor));
    }
    line = line.addKeyValue(kind.equals("url") ? "url" : "group", shortened(group.toString()));
    if (suppressed.getAsLong() > 0) {
      line = line.addKeyValue("suppressed", suppressed.getAsLong());
    }
    line.addKeyValue("err", shortened(reason)).log(message);
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }
}
