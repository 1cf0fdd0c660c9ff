package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The state of a store's writer. Only the writer changes the state. Any thread reads the state.
 *
 * <pre>
 * Writable &lt;-> Full      the free space crosses the reserve
 * Writable, Full -> Failed   the disk, or a change, fails in the middle of a commit
 * Failed -> Writable, Full   the store was opened again
 * any -> Ended            the store was closed, or the writer itself failed
 * </pre>
 */
sealed interface WriterState {

  /** Returns why pushes are refused; null if they are accepted. */
  @Nullable Refusal unwritable();

  /** A state in which the records can be read and written. */
  sealed interface Open extends WriterState {
    OpenStore store();
  }

  /** The state in which all commands are accepted. */
  record Writable(OpenStore store) implements Open {
    @Override
    public @Nullable Refusal unwritable() {
      return null;
    }
  }

  /**
   * The state in which the disk has too little space. Pushes are refused, and deletes are accepted
   * because they free space.
   */
  record Full(OpenStore store, Refusal unwritable) implements Open {}

  /**
   * The state after a failed commit, without an open store. An unknown part of the last batch was
   * written, so memory was dropped.
   *
   * @param clock the last hybrid clock reading that was given out; it is never given out again
   */
  record Failed(Refusal unwritable, long clock) implements WriterState {}

  /**
   * The final state, in which all commands are refused.
   *
   * @param unwritable the reason, if the writer failed
   */
  record Ended(@Nullable Refusal unwritable) implements WriterState {}
}
