package io.holdfast.storage;

import java.time.InstantSource;

/**
 * A clock that follows the wall clock and never repeats or goes back, whatever the wall clock does:
 * milliseconds since 1970 in the upper 48 bits, a counter in the lower 16 that overflows into the
 * milliseconds (Kulkarni et al., "Logical Physical Clocks", 2014).
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class HybridClock {
  static final int COUNTER_BITS = 16;

  private final InstantSource wallClock;
  private long last;

  /**
   * @param last the highest reading that this node has ever given out or seen; 0 for a new node
   */
  HybridClock(InstantSource wallClock, long last) {
    this.wallClock = wallClock;
    this.last = last;
  }

  /** A reading above everything given out or observed before. */
  long next() {
    last = Math.max(last + 1, wallClock.millis() << COUNTER_BITS);
    return last;
  }

  /** Makes sure that later readings are above this one, which another node gave out. */
  void observe(long reading) {
    last = Math.max(last, reading);
  }

  /** A reading's part that follows the wall clock: milliseconds since 1970. */
  static long millis(long reading) {
    return reading >>> COUNTER_BITS;
  }

  long last() {
    return last;
  }
}
