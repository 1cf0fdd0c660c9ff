package io.holdfast.cluster.transport;

import java.util.BitSet;

/**
 * Which of the latest numbers were seen: none is taken twice, and none that is too far behind to
 * know.
 *
 * <p>Concurrency: guarded by itself.
 */
final class ReplayWindow {
  private static final int SIZE = 4096;

  private final BitSet seen = new BitSet(SIZE);
  private long next;

  /** Whether the number is new; it is not any more. */
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
