package io.holdfast.cluster.replication;

/**
 * How far a peer has come in this node's stream, and of which changes it has said what became of
 * them.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class LogProgress {
  private long reachedStream;
  private long reached;

  private long acknowledgedStream;
  private long acknowledgedFirst;
  private long acknowledgedLast;

  /** Notes that the peer has all of this stream up to here, without a gap. */
  void reached(long stream, long sequence) {
    reached = stream == reachedStream ? Math.max(reached, sequence) : sequence;
    reachedStream = stream;
  }

  /** Returns the last change up to which the peer has all of this stream; 0 for another stream. */
  long reached(long stream) {
    return stream == reachedStream ? reached : 0;
  }

  /**
   * Notes that the peer has said what became of each of these changes. Only one run of changes is
   * remembered: a run that does not continue it replaces it.
   */
  void acknowledged(long stream, long first, long last) {
    boolean isNextRun = stream != acknowledgedStream || first > acknowledgedLast + 1;
    acknowledgedFirst = isNextRun ? first : Math.min(acknowledgedFirst, first);
    acknowledgedLast = isNextRun ? last : Math.max(acknowledgedLast, last);
    acknowledgedStream = stream;
  }

  /** Whether the peer has said what became of this change. */
  boolean isAcknowledged(long stream, long sequence) {
    return stream == acknowledgedStream
        && sequence >= acknowledgedFirst
        && sequence <= acknowledgedLast;
  }
}
