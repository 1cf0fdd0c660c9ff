package io.holdfast.server.logging;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The bound on log lines about repeated mistakes of clients. Some lines of each kind pass for each
 * client, and a larger number of each kind for all clients. Its memory is bounded. Any thread may
 * use it.
 */
public final class LogRate {
  static final int LINES_PER_CLIENT = 5;
  static final int LINES_OF_ALL = 100;
  static final Duration WINDOW = Duration.ofMinutes(1);

  /**
   * The number of remembered clients. A forgotten client can log again, within the bound for all
   * clients.
   */
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
   * Creates the bound.
   *
   * @param linesPerClient of each kind, in a window
   */
  LogRate(LongSupplier nanoTime, int linesPerClient) {
    this.nanoTime = nanoTime;
    this.linesPerClient = linesPerClient;
  }

  /**
   * Decides whether to log a line. Returns how many lines of that kind were suppressed since the
   * last logged one.
   *
   * @param kind one of few
   * @param host of the client that made the mistake
   * @return empty if the line is suppressed
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
