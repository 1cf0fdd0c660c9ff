package io.holdfast.cluster.replication;

/**
 * A reading of a peer's wall clock.
 *
 * @param wallMillis the reading
 * @param at the time of the reading, in this process's time
 * @param errorMillis the greatest error of {@code at}: half of the time between question and answer
 */
record ClockSample(long wallMillis, long at, long errorMillis) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Returns a reading that the peer took between a question and its answer. */
  static ClockSample between(long wallMillis, long sentAt, long answeredAt) {
    long half = (answeredAt - sentAt) / 2;
    return new ClockSample(wallMillis, sentAt + half, half / NANOS_PER_MILLI + 1);
  }

  /**
   * Returns how far the peer's clock is ahead of this node's clock. The result is negative if the
   * peer's clock is behind.
   *
   * @param ownWallMillis the present reading of this node's wall clock
   */
  long offsetMillis(long ownWallMillis, long now) {
    return wallMillis + (now - at) / NANOS_PER_MILLI - ownWallMillis;
  }

  /** Returns whether the two clocks are certainly further apart than the given skew. */
  boolean isAway(long ownWallMillis, long now, long maxSkewMillis) {
    return Math.abs(offsetMillis(ownWallMillis, now)) - errorMillis > maxSkewMillis;
  }
}
