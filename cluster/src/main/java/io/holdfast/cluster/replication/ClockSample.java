package io.holdfast.cluster.replication;

/**
 * A reading of a peer's wall clock.
 *
 * @param wallMillis what the clock showed
 * @param at when, in this process's time
 * @param errorMillis how wrong {@code at} may be: half of the way there and back
 */
record ClockSample(long wallMillis, long at, long errorMillis) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Returns the reading of a clock at some time between a question and its answer. */
  static ClockSample between(long wallMillis, long sentAt, long answeredAt) {
    long half = (answeredAt - sentAt) / 2;
    return new ClockSample(wallMillis, sentAt + half, half / NANOS_PER_MILLI + 1);
  }

  /**
   * Returns how far the peer's clock is ahead of this node's; negative if it is behind.
   *
   * @param ownWallMillis what this node's clock shows now
   */
  long offsetMillis(long ownWallMillis, long now) {
    return wallMillis + (now - at) / NANOS_PER_MILLI - ownWallMillis;
  }

  /** Whether the clocks are certainly further apart than this. */
  boolean isAway(long ownWallMillis, long now, long maxSkewMillis) {
    return Math.abs(offsetMillis(ownWallMillis, now)) - errorMillis > maxSkewMillis;
  }
}
