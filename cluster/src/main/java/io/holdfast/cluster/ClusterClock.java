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
 * latest that it has heard, at its own pace.
 *
 * <p>Any threads may use it.
 */
public final class ClusterClock implements InstantSource {
  private final InstantSource wallClock;
  private final LongSupplier nanos;
  private final long maxAheadMillis;

  /** How far this clock is ahead of the time that has passed since the start. */
  private long offsetMillis;

  private boolean isFollowing;

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
  }

  /** Another node's clock shows this. */
  synchronized void follow(long millis) {
    long now = millis();
    if (millis > now && millis - wallClock.millis() <= maxAheadMillis) {
      offsetMillis = millis - elapsedMillis();
      isFollowing = true;
    }
  }

  private long elapsedMillis() {
    return nanos.getAsLong() / 1_000_000;
  }

  @Override
  public synchronized long millis() {
    long wall = wallClock.millis();
    // Never further ahead than is allowed, should the wall clock have been set back meanwhile.
    return isFollowing
        ? Math.max(wall, Math.min(offsetMillis + elapsedMillis(), wall + maxAheadMillis))
        : wall;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
