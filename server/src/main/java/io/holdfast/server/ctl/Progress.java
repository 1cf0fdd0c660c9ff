package io.holdfast.server.ctl;

import java.time.Duration;

/**
 * A bar on the terminal of standard error, for work that takes longer than a moment. Without a
 * terminal nothing is shown.
 */
final class Progress implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int WIDTH = 30;
  private static final String CLEAR = "\r\u001b[K";

  private final Console console;
  private final String unit;
  private final long total;
  private final boolean isShown;
  private final long startedAt;
  private long dueAt;
  private boolean isOnScreen;

  private Progress(Console console, String unit, long total, Duration patience) {
    this.console = console;
    this.unit = unit;
    this.total = total;
    this.isShown = console.isErrorATerminal() && !"dumb".equals(console.variable("TERM"));
    this.startedAt = console.nanos().getAsLong();
    this.dueAt = startedAt + patience.toNanos();
  }

  /**
   * Begins work that is shown when it has taken a second.
   *
   * @param total of the units; 0 if it is unknown
   */
  static Progress of(Console console, String unit, long total) {
    return new Progress(console, unit, total, PATIENCE);
  }

  /** Begins work that is shown at once, from its first step to its last. */
  static Progress atOnce(Console console, String unit, long total) {
    return new Progress(console, unit, total, Duration.ZERO);
  }

  /** Says what goes on while nothing can be counted. */
  static void say(Console console, String what) {
    if (console.isErrorATerminal()) {
      console.err().print(what + " ...");
      console.err().flush();
    }
  }

  /** Removes what {@link #say} has said. */
  static void unsay(Console console) {
    if (console.isErrorATerminal()) {
      console.err().print(CLEAR);
      console.err().flush();
    }
  }

  void show(long done) {
    if (isShown && console.nanos().getAsLong() - dueAt >= 0) {
      dueAt = console.nanos().getAsLong() + PAUSE.toNanos();
      draw(done);
    }
  }

  /** Shows the last state of work that was shown before. */
  void finish(long done) {
    if (isOnScreen) {
      draw(done);
    }
  }

  /** Makes room for a line of output where the bar is. */
  void clear() {
    if (isOnScreen) {
      console.err().print(CLEAR);
      console.err().flush();
    }
  }

  private void draw(long done) {
    isOnScreen = true;
    double seconds = Math.max(0.001, (console.nanos().getAsLong() - startedAt) / 1e9);
    String rate = "%d/s".formatted(Math.round(done / seconds));
    if (total > 0) {
      int filled = (int) Math.min(WIDTH, WIDTH * done / total);
      console
          .err()
          .printf(
              "%s[%s%s] %d%% %d of %d %s, %s",
              CLEAR,
              "#".repeat(filled),
              ".".repeat(WIDTH - filled),
              100 * done / total,
              done,
              total,
              unit,
              rate);
    } else {
      console.err().printf("%s%d %s, %s", CLEAR, done, unit, rate);
    }
    console.err().flush();
  }

  @Override
  public void close() {
    if (isOnScreen) {
      console.err().println();
    }
  }
}
