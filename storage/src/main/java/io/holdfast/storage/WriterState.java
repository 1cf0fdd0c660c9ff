package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The state of a store's writer. Written by the writer alone, read by any thread.
 *
 * <pre>
 * Writable &lt;-> Full      the free space crosses the reserve
 * Writable, Full -> Failed   the disk, or a change, fails in the middle of a commit
 * Failed -> Writable, Full   the store was opened anew
 * any -> Ended            the store was closed, or the writer itself failed
 * </pre>
 */
sealed interface WriterState {

  /** Why pushes are refused; null if they are taken. */
  @Nullable String unwritable();

  /** The records can be read and written. */
  sealed interface Open extends WriterState {
    OpenStore store();
  }

  /** Takes everything. */
  record Writable(OpenStore store) implements Open {
    @Override
    public @Nullable String unwritable() {
      return null;
    }
  }

  /** Refuses pushes, for the disk has too little space; takes deletes, which make space. */
  record Full(OpenStore store, String unwritable) implements Open {}

  /**
   * Nothing is open: memory was ahead of the disk by a batch of which nobody knows how much was
   * written, and was thrown away.
   *
   * @param clock the last hybrid clock reading that was given out: it is never given out again
   */
  record Failed(String unwritable, long clock) implements WriterState {}

  /**
   * Nothing is taken any more.
   *
   * @param unwritable why, if the writer failed
   */
  record Ended(@Nullable String unwritable) implements WriterState {}
}
