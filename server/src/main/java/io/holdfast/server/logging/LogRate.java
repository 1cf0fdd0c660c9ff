package io.holdfast.server.logging;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Decides what is worth a line in the log when clients repeat their mistakes: some of each kind
 * from each client, and a number of each kind from all of them. The memory that it takes has a
 * bound. Any threads may use it.
 */
public final class LogRate {
  static final int LINES_PER_CLIENT = 5;
  static final int LINES_OF_ALL = 100;
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** Whoever was forgotten may log again: that is what the bound for all is for. */
  private static final int REMEMBERED_CLIENTS = 1000;

  private record Client(String kind, String host) {}

  private static final class Count {
    long windowSince;
    int lines;

    Count(long now) {
      windowSince = now;
    }

    boolean take(long now, int most) {
      if (now - windowSince >= WINDOW.toNanos()) {
        windowSince = now;
        lines = 0;
      }
      if (lines >= most) {
        return false;
      }
      lines++;
      return true;
    }
  }

  private final LongSupplier nanoTime;
  private final int linesPerClient;
  private final Map<String, Count> kinds = new HashMap<>();
  private final Map<String, Long> suppressed = new HashMap<>();
  private final Map<Client, Count> clients =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Client, Count> eldest) {
          return size() > REMEMBERED_CLIENTS;
        }
      };

  public LogRate(LongSupplier nanoTime) {
    this(nanoTime, LINES_PER_CLIENT);
  }

  /**
   * @param linesPerClient of each kind, in a window
   */
  LogRate(LongSupplier nanoTime, int linesPerClient) {
    this.nanoTime = nanoTime;
    this.linesPerClient = linesPerClient;
  }

  /**
   * Whether to log, and how many lines of that kind were not since the last that was.
   *
   * @param kind one of few
   * @param host whose mistake it is
   * @return empty if not
   */
  public synchronized OptionalLong admit(String kind, String host) {
    long now = nanoTime.getAsLong();
    Count ofClient = clients.computeIfAbsent(new Client(kind, host), unused -> new Count(now));
    Count ofAll = kinds.computeIfAbsent(kind, unused -> new Count(now));
    if (ofClient.take(now, linesPerClient) && ofAll.take(now, LINES_OF_ALL)) {
      Long before = suppressed.remove(kind);
      return OptionalLong.of(before == null ? 0 : before);
    }
    suppressed.merge(kind, 1L, Long::sum);
    return OptionalLong.empty();
  }
}
