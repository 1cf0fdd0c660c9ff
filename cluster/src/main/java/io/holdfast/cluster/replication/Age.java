package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * How old a reading of the cluster's time is. The cluster's time leaps when a node joins that has
 * seen versions from the future; nothing has become older by that, so a leap does not count.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class Age {
  private static final int CLOCK_COUNTER_BITS = 16;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LEAP_MILLIS = 1_000;

  private final ClusterClock clock;
  private final EventLoop loop;

  private boolean wasSettled;
  private long millis;
  private long at;

  private boolean hasLeapt;
  private long leaptAt;
  private long leaptFrom;

  Age(ClusterClock clock, EventLoop loop) {
    this.clock = clock;
    this.loop = loop;
    this.at = loop.nanos();
  }

  /** Called often, so that a leap is told from time that has passed. */
  void look() {
    long now = loop.nanos();
    long before = millis;
    long passed = (now - at) / NANOS_PER_MILLI;
    millis = clock.millis();
    at = now;
    // When it starts, a node cannot know for how long it was away.
    if (wasSettled && millis - before > 2 * passed + LEAP_MILLIS) {
      // Of several leaps, the time between them counts as one with them: nothing looks too old.
      leaptFrom = hasLeapt ? leaptFrom : before;
      leaptAt = now;
      hasLeapt = true;
    }
    wasSettled = clock.isSettled();
  }

  /** The hybrid clock reading of so long ago, or an older one. */
  long readingBefore(Duration duration) {
    long before = clock.millis() - duration.toMillis();
    if (hasLeapt) {
      long sinceLeap = (loop.nanos() - leaptAt) / NANOS_PER_MILLI;
      long left = duration.toMillis() - sinceLeap;
      before = left > 0 ? Math.min(before, leaptFrom - left) : before;
    }
    return Math.max(0, before) << CLOCK_COUNTER_BITS;
  }
}
