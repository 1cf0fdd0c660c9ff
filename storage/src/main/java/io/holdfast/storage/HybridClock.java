package io.holdfast.storage;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A clock that follows the wall clock but never repeats or goes back. A reading has milliseconds
 * since 1970 in the upper 48 bits, and a counter in the lower 16 bits. The counter overflows into
 * the milliseconds (Kulkarni et al., "Logical Physical Clocks", 2014).
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class HybridClock {
  static final int COUNTER_BITS = 16;

  /**
   * The earliest time, 9 September 2001. A wall clock that shows less has lost the time, and counts
   * as this. No version that a node makes is as old as an imported version, see {@link
   * GroupImport}.
   */
  static final long EARLIEST_MILLIS = 1_000_000_000_000L;

  /** The end of Linux clocks, in April 2262. A wall clock that shows more counts as this. */
  static final long LATEST_MILLIS = Long.MAX_VALUE / 1_000_000;

  /**
   * The limit of all readings. From the end of all wall clocks, a million changes a second take
   * 17,000 years to reach it. A reading from another node can therefore never use up the clock.
   */
  private static final long LIMIT = 1L << 60;

  private final InstantSource wallClock;
  private long last;

  /** The wall clock's time for the next reading; null if the next reading asks the wall clock. */
  private @Nullable Long heldMillis;

  /**
   * Creates a clock.
   *
   * @param last the highest reading that this node has ever given out or seen; 0 for a new node
   */
  HybridClock(InstantSource wallClock, long last) {
    this.wallClock = wallClock;
    this.last = last;
  }

  /**
   * Takes the time of the next reading now. A pause of the process before that reading does not
   * make the reading later.
   */
  void hold() {
    heldMillis = wallClock.millis();
  }

  /** Returns the wall clock's time in milliseconds since 1970. */
  long wallMillis() {
    return wallClock.millis();
  }

  /** Returns a reading above every reading that was given out or observed before. */
  long next() {
    long shown = heldMillis == null ? wallClock.millis() : heldMillis;
    heldMillis = null;
    long millis = Math.min(Math.max(shown, EARLIEST_MILLIS), LATEST_MILLIS);
    last = Math.max(last + 1, millis << COUNTER_BITS);
    return last;
  }

  /** Returns the reading right after the last one, without a look at the wall clock. */
  long following() {
    last++;
    return last;
  }

  /** Makes sure that later readings are above this reading of another node. */
  void observe(long reading) {
    last = Math.max(last, reading);
  }

  /** Returns whether some clock can have given out this reading. */
  static boolean isPossible(long reading) {
    return reading >= 0 && reading < LIMIT;
  }

  /** Returns the milliseconds since 1970 in a reading. */
  static long millis(long reading) {
    return reading >>> COUNTER_BITS;
  }

  long last() {
    return last;
  }
}
