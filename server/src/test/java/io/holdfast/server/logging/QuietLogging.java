package io.holdfast.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * {@link Logging} with warnings and errors alone: the many nodes that tests start and stop in this
 * JVM would fill the output otherwise. Logback finds both as services and takes the one of the
 * higher rank.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class QuietLogging extends ContextAwareBase implements Configurator {
  /** For logback alone. */
  public QuietLogging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    ExecutionStatus status = new Logging().configure(context);
    context.getLogger("io.holdfast").setLevel(Level.WARN);
    return status;
  }
}
