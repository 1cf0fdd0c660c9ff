package io.holdfast.server.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** The log on standard error, with one line for each event. */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String OWN = "io.holdfast";
  private static final String JETTY_ANSWERS = "org.eclipse.jetty.server.Response";

  /**
   * Creates the configurator. Logback finds this class as a service, and so reads no configuration
   * file.
   */
  public Logging() {}

  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  public enum Format {
    LOGFMT,
    JSON
  }

  /** Sets the configuration for the time before the command line is read. */
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    apply(context, Level.INFO, Format.LOGFMT);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Sets level and form from now on. The level is that of Holdfast's own loggers; other loggers are
   * at warn.
   */
  public static void configure(Level level, Format format) {
    ILoggerFactory factory = factory();
    if (factory instanceof LoggerContext context) {
      apply(context, level, format);
    } else {
      throw new IllegalStateException(
          factory.getClass().getName() + " (expected: logback as the one provider of SLF4J)");
    }
  }

  /**
   * Returns SLF4J's provider, also while another thread loads it. SLF4J holds its own class
   * meanwhile, and gives a substitute to a caller that does not wait.
   */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral")
  private static ILoggerFactory factory() {
    synchronized (LoggerFactory.class) {
      return LoggerFactory.getILoggerFactory();
    }
  }

  private static void apply(LoggerContext context, Level level, Format format) {
    context.reset();
    LineEncoder encoder = new LineEncoder(new LogLine(format, level == Level.DEBUG));
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.addFilter(new ForeignLines(OWN, System::nanoTime));
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level == Level.ERROR ? threshold(level) : ch.qos.logback.classic.Level.WARN);
    root.addAppender(appender);
    // This logger warns of every client that goes away in the middle of its request.
    context.getLogger(JETTY_ANSWERS).setLevel(ch.qos.logback.classic.Level.ERROR);
    context.getLogger(OWN).setLevel(threshold(level));
  }

  private static ch.qos.logback.classic.Level threshold(Level level) {
    return switch (level) {
      case DEBUG -> ch.qos.logback.classic.Level.DEBUG;
      case INFO -> ch.qos.logback.classic.Level.INFO;
      case WARN -> ch.qos.logback.classic.Level.WARN;
      case ERROR -> ch.qos.logback.classic.Level.ERROR;
    };
  }

  private static final class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};
    private final LogLine line;

    LineEncoder(LogLine line) {
      this.line = line;
    }

    @Override
    public byte[] headerBytes() {
      return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      return (line.render(event) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
      return NOTHING;
    }
  }
}
