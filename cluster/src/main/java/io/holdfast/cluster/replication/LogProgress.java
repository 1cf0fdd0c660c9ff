package io.holdfast.cluster.replication;

/**
 * The progress of a peer in this node's log, and the changes whose outcome the peer has reported.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class LogProgress {
  private long reachedStream;
  private long reached;

  private long acknowledgedStream;
  private long acknowledgedFirst;
  private long acknowledgedLast;

  /** Notes that the peer has all of this log up to the offset, without a gap. */
  void reached(long stream, long sequence) {
    reached = stream == reachedStream ? Math.max(reached, sequence) : sequence;
    reachedStream = stream;
  }

  /** Returns the offset up to which the peer has all of this log; 0 for another log. */
  long reached(long stream) {
    return stream == reachedStream ? reached : 0;
  }

  /**
   * Notes that the peer has reported the outcome of each of these changes. Only one run of changes
   * is remembered. A run that does not continue the remembered run replaces it.
   */
  void acknowledged(long stream, long first, long last) {
    boolean isNextRun = stream != acknowledgedStream || first > acknowledgedLast + 1;
    acknowledgedFirst = isNextRun ? first : Math.min(acknowledgedFirst, first);
    acknowledgedLast = isNextRun ? last : Math.max(acknowledgedLast, last);
    acknowledgedStream = stream;
  }

  /** Returns whether the peer has reported the outcome of this change. */
  boolean isAcknowledged(long stream, long sequence) {
    return stream == acknowledgedStream
        && sequence >= acknowledgedFirst
        && sequence <= acknowledgedLast;
  }
}
