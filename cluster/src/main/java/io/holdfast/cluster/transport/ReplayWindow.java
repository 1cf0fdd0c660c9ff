package io.holdfast.cluster.transport;

import java.util.BitSet;

/**
 * The memory of the latest numbers. No number is accepted twice. A number too far behind the window
 * is refused.
 *
 * <p>Concurrency: guarded by itself.
 */
final class ReplayWindow {
  private static final int SIZE = 4096;

  private final BitSet seen = new BitSet(SIZE);
  private long next;

  /** Returns whether the number is new, and notes the number as seen. */
  synchronized boolean take(long number) {
    if (number < 0 || number < next - SIZE) {
      return false;
    }
    if (number >= next) {
      if (number - next >= SIZE) {
        seen.clear();
      } else {
        for (long skipped = next; skipped <= number; skipped++) {
          seen.clear((int) (skipped % SIZE));
        }
      }
      next = number + 1;
    }
    int bit = (int) (number % SIZE);
    if (seen.get(bit)) {
      return false;
    }
    seen.set(bit);
    return true;
  }
}
