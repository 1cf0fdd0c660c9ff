package io.holdfast.storage;

import java.util.List;

/**
 * A receiver of a store's own changes, which sends them to peers. A receiver must be quick and must
 * not throw.
 */
public interface Replication {

  /**
   * Receives changes that are about to be written. The call is on the writer thread, before the
   * write. The disk and the network then work at the same time. The changes can still be lost, so
   * the receiver must not acknowledge anything because of this call.
   *
   * @param logId the store's own log
   * @param first the offset of the first change; offsets have no gaps within a call or between
   *     calls
   * @param changes each an encoded {@code ReplicatedState}
   */
  void committing(long logId, long first, List<byte[]> changes);

  /** A receiver for a store that does not replicate. */
  Replication NONE = (logId, first, changes) -> {};
}
