package io.holdfast.cluster.hazelcast;

/**
 * How much of one kind may be under way at once.
 *
 * <p>Concurrency: guarded by itself.
 */
final class Window {
  private final int maxCount;
  private final long maxBytes;

  private int count;
  private long bytes;

  Window(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** Whether there is room; if so it is taken. */
  synchronized boolean tryEnter(int size) {
    if (count >= maxCount || bytes + size > maxBytes) {
      return false;
    }
    count++;
    bytes += size;
    return true;
  }

  synchronized void leave(int size) {
    count--;
    bytes -= size;
  }
}
