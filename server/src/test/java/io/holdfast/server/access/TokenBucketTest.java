package io.holdfast.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private long now = Long.MAX_VALUE - 5; // Overflows soon, as nanoTime may.
  private final TokenBucket bucket =
      new TokenBucket(new RateLimit(Duration.ofSeconds(1), 3), () -> now);

  @Test
  void burst_isServedAtOnce_andThenOnePerInterval() {
    assertEquals(3, taken(10));
    pass(999);
    assertEquals(0, taken(10));
    pass(1);
    assertEquals(1, taken(10));
    pass(2_500);
    assertEquals(2, taken(10));
    pass(500);
    assertEquals(1, taken(10));
  }

  @Test
  void afterALongRest_noMoreThanTheBurst() {
    assertTrue(bucket.tryTake());
    pass(3_600_000);
    assertEquals(3, taken(10));
    assertFalse(bucket.tryTake());
  }

  @Test
  void limits_arePositive() {
    assertThrows(IllegalArgumentException.class, () -> new RateLimit(Duration.ZERO, 1));
    assertThrows(IllegalArgumentException.class, () -> new RateLimit(Duration.ofMillis(1), 0));
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private int taken(int attempts) {
    int taken = 0;
    for (int i = 0; i < attempts; i++) {
      taken += bucket.tryTake() ? 1 : 0;
    }
    return taken;
  }
}
