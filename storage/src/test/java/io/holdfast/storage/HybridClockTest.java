package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Readings under wall clocks of all kinds. */
class HybridClockTest {
  private long millis = MemoryStore.MILLIS;
  private final HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(millis), 0);

  @Test
  void wallClockThatGoesBack_readingsGoOn() {
    long before = clock.next();
    millis -= 6 * 3600 * 1000;
    assertEquals(before + 1, clock.next());
  }

  @Test
  void readingWhoseTimeWasTaken_isOfThatTime_andTheNextOneIsNot() {
    long then = millis << HybridClock.COUNTER_BITS;
    clock.hold();
    millis += 8_000;
    assertEquals(then, clock.next());
    assertEquals(millis << HybridClock.COUNTER_BITS, clock.next());
  }

  @Test
  void readingWhoseTimeWasTaken_isAboveWhatWasSeenSince() {
    clock.hold();
    long seen = (millis + 5_000) << HybridClock.COUNTER_BITS;
    clock.observe(seen);
    assertEquals(seen + 1, clock.next());
  }

  @Test
  void wallClockThatWasAhead_andIsRightAgain_doesNotStopReadings() {
    clock.observe((MemoryStore.MILLIS + 400L * 86_400_000) << 16);
    long first = clock.next();
    millis += 1000;
    assertEquals(first + 1, clock.next());
  }

  @Test
  void nodeThatStartsWithAnOlderClock_goesOnFromItsLastReading() {
    long last = clock.next();
    HybridClock again = new HybridClock(() -> Instant.ofEpochMilli(0), last);
    assertEquals(last + 1, again.next());
  }

  /** What is imported has versions of no node, which must be older than any change. */
  @Test
  void clockThatHasLostTheTime_isNewerThanAnyImport() {
    millis = 0;
    long reading = clock.next();
    assertTrue(reading > Long.MAX_VALUE / 1_000, "of an import from the end of time");
    assertTrue(new Version(reading, 1).isPossible());
  }

  @Test
  void clockBeyondTheEndOfTime_doesNotUseUpReadings() {
    millis = Long.MAX_VALUE;
    long reading = clock.next();
    assertTrue(HybridClock.isPossible(reading));
    assertTrue(HybridClock.isPossible(reading + (1L << 58)));
    assertFalse(HybridClock.isPossible(-1));
  }
}
