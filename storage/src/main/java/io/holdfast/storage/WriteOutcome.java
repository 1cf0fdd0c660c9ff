package io.holdfast.storage;

/** The outcome of a {@link Change}. */
public sealed interface WriteOutcome {

  /**
   * The outcome of an applied change. The change is on the disk and in every later exposition.
   *
   * @param logId the log of the store's own changes; 0 in a store that is not replicated
   * @param offset the change's offset in the log; 0 in a store that is not replicated
   */
  record Applied(long logId, long offset) implements WriteOutcome {
    /** Creates the outcome for a store that is not replicated. */
    public Applied() {
      this(0, 0);
    }
  }

  /**
   * The outcome of a refused push. Only the group's failure time has changed, and is on the disk.
   */
  record Rejected(Rejection rejection) implements WriteOutcome {}

  /**
   * The outcome of a restore that changed nothing.
   *
   * @param isExpired whether the backup's group has expired; otherwise the group here is newer
   */
  record Kept(boolean isExpired) implements WriteOutcome {}

  /**
   * The outcome of a change that the store could not take. If the disk failed during the commit, a
   * later effect is possible. A retry is safe in any case.
   *
   * @param refusal for the client
   */
  record Unavailable(Refusal refusal) implements WriteOutcome {}
}
