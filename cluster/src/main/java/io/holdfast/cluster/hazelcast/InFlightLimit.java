package io.holdfast.cluster.hazelcast;

/**
 * The bound on requests of one traffic class to one peer that are not yet answered.
 *
 * <p>Concurrency: guarded by itself.
 */
final class InFlightLimit {
  private final int maxCount;
  private final long maxBytes;

  private int count;
  private long bytes;

  InFlightLimit(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** Takes room for a request. Returns false if there is no room. */
  synchronized boolean tryEnter(int size) {
    if (count >= maxCount || bytes + size > maxBytes) {
      return false;
    }
    count++;
    bytes += size;
    return true;
  }

  /**
   * Gives back the room of a request. The call comes once for each request that entered, answered
   * or failed.
   */
  synchronized void leave(int size) {
    count--;
    bytes -= size;
  }
}
