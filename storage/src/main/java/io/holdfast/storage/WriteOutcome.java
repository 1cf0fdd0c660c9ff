package io.holdfast.storage;

/** What became of a {@link Change}. */
public sealed interface WriteOutcome {

  /**
   * The change is on the disk and in every exposition taken from now on.
   *
   * @param stream of the store's own changes; 0 in a store that is not replicated
   * @param sequence the change's number in the stream; 0 in a store that is not replicated
   */
  record Applied(long stream, long sequence) implements WriteOutcome {
    /** Of a store that is not replicated. */
    public Applied() {
      this(0, 0);
    }
  }

  /** The push was refused; nothing changed but the group's failure time, which is on the disk. */
  record Rejected(Rejection rejection) implements WriteOutcome {}

  /**
   * The store could not take the change. Whether it takes effect later is unknown if the disk
   * failed during the commit; a retry is safe in any case.
   *
   * @param reason for the client
   */
  record Unavailable(String reason) implements WriteOutcome {}
}
