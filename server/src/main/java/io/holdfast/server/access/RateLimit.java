package io.holdfast.server.access;

import java.time.Duration;

/**
 * How many requests are served.
 *
 * @param interval between two of them in the long run; positive
 * @param burst how many may come at once; positive
 */
public record RateLimit(Duration interval, int burst) {
  public RateLimit {
    if (interval.isZero() || interval.isNegative() || burst < 1) {
      throw new IllegalArgumentException(
          interval + ", " + burst + " (expected: a positive interval and burst)");
    }
  }
}
