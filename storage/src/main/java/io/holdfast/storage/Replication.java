package io.holdfast.storage;

import java.util.List;

/** Hears of a store's own changes, to send them to other nodes. Must be quick, must not throw. */
public interface Replication {

  /**
   * Changes that are about to be written. On the writer thread, before the disk has them, so that
   * both happen at the same time: nothing may be promised to anybody on the strength of this call.
   *
   * @param stream the store's own
   * @param first the sequence number of the first; the others follow it without a gap, and this
   *     call follows the one before without a gap
   * @param changes each an encoded {@code ReplicatedState}
   */
  void committing(long stream, long first, List<byte[]> changes);

  /** Who does not replicate. */
  Replication NONE = (stream, first, changes) -> {};
}
