package io.holdfast.cluster.replication;

/**
 * The progress of a peer in this node's log, and the changes whose outcome the peer has reported.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class LogProgress {
  private long reachedLog;
  private long reached;

  private long acknowledgedLog;
  private long acknowledgedFirst;
  private long acknowledgedLast;

  /** Notes that the peer has all of this log up to the offset, without a gap. */
  void reached(long logId, long offset) {
    reached = logId == reachedLog ? Math.max(reached, offset) : offset;
    reachedLog = logId;
  }

  /** Returns the offset up to which the peer has all of this log; 0 for another log. */
  long reached(long logId) {
    return logId == reachedLog ? reached : 0;
  }

  /**
   * Notes that the peer has reported the outcome of each of these changes. Only one run of changes
   * is remembered. A run that does not continue the remembered run replaces it.
   */
  void acknowledged(long logId, long first, long last) {
    boolean isNextRun = logId != acknowledgedLog || first > acknowledgedLast + 1;
    acknowledgedFirst = isNextRun ? first : Math.min(acknowledgedFirst, first);
    acknowledgedLast = isNextRun ? last : Math.max(acknowledgedLast, last);
    acknowledgedLog = logId;
  }

  /** Returns whether the peer has reported the outcome of this change. */
  boolean isAcknowledged(long logId, long offset) {
    return logId == acknowledgedLog && offset >= acknowledgedFirst && offset <= acknowledgedLast;
  }
}
