package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * The age of a reading of the cluster time. The cluster time leaps when a node joins that has seen
 * versions from the future. A leap does not make anything older, so a leap does not count.
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

  /**
   * Notes leaps of the cluster time. Each call compares the cluster time with the time that has
   * passed since the last call.
   */
  void look() {
    long now = loop.nanos();
    long before = millis;
    long passed = (now - at) / NANOS_PER_MILLI;
    millis = clock.millis();
    at = now;
    // A node that starts cannot know how long the node was away.
    if (wasSettled && millis - before > 2 * passed + LEAP_MILLIS) {
      // After several leaps, the time between the leaps counts as part of the leap. So nothing
      // looks too old.
      leaptFrom = hasLeapt ? leaptFrom : before;
      leaptAt = now;
      hasLeapt = true;
    }
    wasSettled = clock.isSettled();
  }

  /** Returns the hybrid clock reading from the given duration ago, or an older reading. */
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
