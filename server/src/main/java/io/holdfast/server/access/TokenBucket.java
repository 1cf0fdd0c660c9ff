package io.holdfast.server.access;

import java.util.function.LongSupplier;

/** The bucket that enforces a rate limit. Full at the beginning. Any thread may use it. */
public final class TokenBucket {
  private final RateLimit limit;
  private final LongSupplier nanoTime;
  private final double nanosPerToken;
  private double tokens;
  private long filledAt;

  /**
   * Creates a full bucket.
   *
   * @param nanoTime see {@link System#nanoTime()}
   */
  public TokenBucket(RateLimit limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.nanosPerToken = (double) limit.interval().toNanos();
    this.tokens = limit.burst();
    this.filledAt = nanoTime.getAsLong();
  }

  public RateLimit limit() {
    return limit;
  }

  /** Takes one token. Returns whether one more request may be served now. */
  public synchronized boolean tryTake() {
    long now = nanoTime.getAsLong();
    tokens = Math.min(limit.burst(), tokens + (now - filledAt) / nanosPerToken);
    filledAt = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
