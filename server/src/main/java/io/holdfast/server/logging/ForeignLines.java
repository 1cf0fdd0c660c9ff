package io.holdfast.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.event.KeyValuePair;

/**
 * The bound on the log lines of libraries. Some lines a minute of each logger pass, and the others
 * are counted. Libraries warn of every bad request, before a limit of Holdfast applies. Holdfast's
 * own loggers have their own bound ({@code RefusalLog}). Any thread may use it.
 */
public final class ForeignLines extends Filter<ILoggingEvent> {
  public static final int LINES_PER_LOGGER = 20;

  private final String own;
  private final LogRate rate;

  /**
   * Creates the bound.
   *
   * @param own the prefix of the names of Holdfast's own loggers
   * @param nanos measures the rate of lines
   */
  ForeignLines(String own, LongSupplier nanos) {
    this.own = own;
    this.rate = new LogRate(nanos, LINES_PER_LOGGER);
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (event.getLoggerName().startsWith(own)) {
      return FilterReply.NEUTRAL;
    }
    OptionalLong suppressed = rate.admit(event.getLoggerName(), "");
    if (suppressed.isEmpty()) {
      return FilterReply.DENY;
    }
    if (suppressed.getAsLong() > 0 && event instanceof LoggingEvent line) {
      line.addKeyValuePair(new KeyValuePair("suppressed", suppressed.getAsLong()));
    }
    return FilterReply.NEUTRAL;
  }
}
