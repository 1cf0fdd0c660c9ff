package io.holdfast.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.OptionalLong;
import org.slf4j.event.KeyValuePair;

/**
 * Lets some lines a minute of each library's logger pass and counts the others: libraries warn of
 * every bad request, before any limit of ours is asked. Our own loggers bound themselves ({@code
 * RefusalLog}). Any threads may use it.
 */
public final class ForeignLines extends Filter<ILoggingEvent> {
  public static final int LINES_PER_LOGGER = 20;

  private final String own;
  private final LogRate rate = new LogRate(System::nanoTime, LINES_PER_LOGGER);

  /**
   * @param own with what the names of our own loggers begin
   */
  ForeignLines(String own) {
    this.own = own;
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
