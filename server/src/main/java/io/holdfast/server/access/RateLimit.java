package io.holdfast.server.access;

import java.time.Duration;

/**
 * The rate at which requests are served.
 *
 * @param interval the average time between two requests; positive
 * @param burst the number of requests that can come at once; positive
 */
public record RateLimit(Duration interval, int burst) {
  public RateLimit {
    if (interval.isZero() || interval.isNegative() || burst < 1) {
      throw new IllegalArgumentException(
          interval + ", " + burst + " (expected: a positive interval and burst)");
    }
  }
}
