package io.holdfast.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A wall clock that follows the fastest of the cluster's, as far as is allowed.
 *
 * <p>Versions are compared across nodes. A change that failed, on a node that was cut off, may come
 * to light after a later one was acknowledged elsewhere: it must look older, even if that node's
 * clock is ahead. So nodes tell each other the time with every heartbeat, and each goes on from the
 * latest that it has heard, at its own pace. How far that is ahead is written down, for the
 * restart; and it becomes less by a thousandth of the time that passes, so that a clock that was
 * wrong and was set right does not matter for ever.
 *
 * <p>Any threads may use it.
 */
public final class ClusterClock implements InstantSource {
  private static final long SLOWDOWN = 1000;

  private final InstantSource wallClock;
  private final LongSupplier nanos;
  private final long maxAheadMillis;

  private long aheadMillis;
  private long aheadAt;

  /**
   * A clock that does not follow anybody yet.
   *
   * @param nanos time that never goes back, in nanoseconds since some moment
   * @param maxSkew how far ahead of the wall clock another node's may be to be followed
   */
  public ClusterClock(InstantSource wallClock, LongSupplier nanos, Duration maxSkew) {
    this.wallClock = wallClock;
    this.nanos = nanos;
    this.maxAheadMillis = maxSkew.toMillis();
    this.aheadAt = nanos.getAsLong();
  }

  /** Another node's clock shows this. */
  synchronized void follow(long millis) {
    goAhead(millis - wallClock.millis());
  }

  /** Goes on as far ahead as it was before a restart. */
  synchronized void resume(long millisAhead) {
    goAhead(millisAhead);
  }

  private void goAhead(long millis) {
    if (millis > aheadMillis() && millis <= maxAheadMillis) {
      aheadMillis = millis;
      aheadAt = nanos.getAsLong();
    }
  }

  /** How far it is ahead of the wall clock. */
  synchronized long aheadMillis() {
    long elapsedMillis = (nanos.getAsLong() - aheadAt) / 1_000_000;
    return Math.max(0, aheadMillis - elapsedMillis / SLOWDOWN);
  }

  @Override
  public long millis() {
    return wallClock.millis() + aheadMillis();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
