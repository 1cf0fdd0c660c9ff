package io.holdfast.cluster.replication;

import io.holdfast.storage.ReplicaState;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * The offset up to which each log is on the disks of a write quorum, to this node's knowledge.
 *
 * <p>A peer whose store is incomplete does not count, because the peer can still quarantine that
 * store.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class DurableOffsets {
  private final ReplicaOptions.Quorum quorum;
  private final ReplicaState replicaState;
  private final Collection<PeerState> peers;
  private final long confirmed;

  /**
   * @param replicaState the replica state of this node
   * @param confirmed the last change of this node that a write quorum has confirmed
   */
  DurableOffsets(
      ReplicaOptions.Quorum quorum,
      ReplicaState replicaState,
      Collection<PeerState> peers,
      long confirmed) {
    this.quorum = quorum;
    this.replicaState = replicaState;
    this.peers = peers;
    this.confirmed = confirmed;
  }

  /** Returns whether a write quorum has everything that the given replica state exposes. */
  boolean cover(ReplicaState shown) {
    if (quorum.write() == 1) {
      // With a write quorum of one, other nodes do not count.
      return true;
    }
    for (Map.Entry<Long, Long> last : shown.shown().entrySet()) {
      long logId = last.getKey();
      boolean isConfirmed = logId == replicaState.logId() && last.getValue() <= confirmed;
      if (!isConfirmed && durable(logId) < last.getValue()) {
        return false;
      }
    }
    return true;
  }

  private long durable(long logId) {
    long[] reached = new long[peers.size() + 1];
    int nodes = 0;
    reached[nodes++] = replicaState.versionVector().getOrDefault(logId, 0L);
    for (PeerState peer : peers) {
      reached[nodes++] = peer.isComplete() ? peer.versionVector().getOrDefault(logId, 0L) : 0;
    }
    Arrays.sort(reached);
    return nodes < quorum.write() ? 0 : reached[nodes - quorum.write()];
  }
}
