package io.holdfast.storage;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A clock that follows the wall clock and never repeats or goes back, whatever the wall clock does:
 * milliseconds since 1970 in the upper 48 bits, a counter in the lower 16 that overflows into the
 * milliseconds (Kulkarni et al., "Logical Physical Clocks", 2014).
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class HybridClock {
  static final int COUNTER_BITS = 16;

  /**
   * A wall clock that shows less has lost the time: such a clock counts from here, 9 September
   * 2001. No version that a node makes is as old as an imported one, see {@link GroupImport}.
   */
  static final long EARLIEST_MILLIS = 1_000_000_000_000L;

  /** The clocks of Linux end here, in April 2262; a wall clock that shows more counts as this. */
  static final long LATEST_MILLIS = Long.MAX_VALUE / 1_000_000;

  /**
   * No reading reaches this: from the end of all wall clocks, a million changes a second take
   * 17,000 years to it. So a reading from another node cannot use up the clock.
   */
  private static final long LIMIT = 1L << 60;

  private final InstantSource wallClock;
  private long last;

  /** What the wall clock showed for the next reading; null if the next reading asks it. */
  private @Nullable Long heldMillis;

  /**
   * @param last the highest reading that this node has ever given out or seen; 0 for a new node
   */
  HybridClock(InstantSource wallClock, long last) {
    this.wallClock = wallClock;
    this.last = last;
  }

  /**
   * Takes the time of the next reading now. A pause of the process between now and then does not
   * make the reading later.
   */
  void hold() {
    heldMillis = wallClock.millis();
  }

  /** A reading above everything given out or observed before. */
  long next() {
    long shown = heldMillis == null ? wallClock.millis() : heldMillis;
    heldMillis = null;
    long millis = Math.min(Math.max(shown, EARLIEST_MILLIS), LATEST_MILLIS);
    last = Math.max(last + 1, millis << COUNTER_BITS);
    return last;
  }

  /** Makes sure that later readings are above this one, which another node gave out. */
  void observe(long reading) {
    last = Math.max(last, reading);
  }

  /** Whether some clock can have given out this reading. */
  static boolean isPossible(long reading) {
    return reading >= 0 && reading < LIMIT;
  }

  /** A reading's part that follows the wall clock: milliseconds since 1970. */
  static long millis(long reading) {
    return reading >>> COUNTER_BITS;
  }

  long last() {
    return last;
  }
}
