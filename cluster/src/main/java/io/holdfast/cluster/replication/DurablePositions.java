package io.holdfast.cluster.replication;

import io.holdfast.storage.Standing;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * Up to where each stream of changes is on the disks of a write quorum, as far as this node knows.
 *
 * <p>Peers whose stores are being filled do not count: such a store may yet be put aside.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class DurablePositions {
  private final ReplicaOptions.Quorum quorum;
  private final Standing standing;
  private final Collection<PeerState> peers;
  private final long confirmed;

  /**
   * @param standing this node's
   * @param confirmed the last own change that a write quorum has confirmed
   */
  DurablePositions(
      ReplicaOptions.Quorum quorum,
      Standing standing,
      Collection<PeerState> peers,
      long confirmed) {
    this.quorum = quorum;
    this.standing = standing;
    this.peers = peers;
    this.confirmed = confirmed;
  }

  /** Whether everything that this may show is on a write quorum. */
  boolean cover(Standing shown) {
    if (quorum.write() == 1) {
      // Nothing is asked of other nodes.
      return true;
    }
    for (Map.Entry<Long, Long> last : shown.shown().entrySet()) {
      long stream = last.getKey();
      boolean isConfirmed = stream == standing.stream() && last.getValue() <= confirmed;
      if (!isConfirmed && durable(stream) < last.getValue()) {
        return false;
      }
    }
    return true;
  }

  private long durable(long stream) {
    long[] reached = new long[peers.size() + 1];
    int nodes = 0;
    reached[nodes++] = standing.positions().getOrDefault(stream, 0L);
    for (PeerState peer : peers) {
      reached[nodes++] = peer.isComplete() ? peer.positions().getOrDefault(stream, 0L) : 0;
    }
    Arrays.sort(reached);
    return nodes < quorum.write() ? 0 : reached[nodes - quorum.write()];
  }
}
