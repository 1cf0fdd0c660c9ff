package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The rule by which tombstones are collected.
 *
 * <p>A tombstone is collected when every node that can come back has the tombstone. The proof is a
 * stable watermark above the tombstone from every known node. A node that is away delays the
 * collection, but for the retention at most. After the retention, tombstones are collected by age.
 * A node that comes back and has missed such tombstones quarantines its store (see {@link
 * AntiEntropy}).
 *
 * <p>Concurrency: confined to the event loop.
 */
final class TombstoneCollector {
  private final ReplicaOptions.Quorum quorum;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final MetadataWriter metadataWriter;

  /** The watermarks found since the latest arrival of a peer. */
  private final Deque<Found> found = new ArrayDeque<>();

  /** The watermark found so long ago that every message sent before has arrived. */
  private long collectable;

  /**
   * A hybrid clock reading up to which tombstones could be collected, and the time when the reading
   * was found.
   */
  private record Found(long at, long until) {}

  TombstoneCollector(
      ReplicaOptions.Quorum quorum,
      ReplicatedStore store,
      EventLoop loop,
      MetadataWriter metadataWriter) {
    this.quorum = quorum;
    this.store = store;
    this.loop = loop;
    this.metadataWriter = metadataWriter;
  }

  /**
   * Collects the tombstones that can go now and could go {@link Timeouts#LATEST_ARRIVAL} ago. In
   * between, every message arrives that a node sent before the node had the delete. Without the
   * tombstone, such a message would bring the group back.
   */
  void collect(Collection<PeerState> peers) {
    ClusterMetadata metadata = store.replicaState().metadata();
    long now = loop.nanos();
    if (!haveAllCopiedAll(metadata, peers)) {
      // An older watermark tells nothing about a delete that arrives now.
      found.clear();
      collectable = 0;
      return;
    }
    long until = collectable(metadata, peers);
    found.addLast(new Found(now, until));
    long before = 0;
    while (now - found.getFirst().at > Timeouts.LATEST_ARRIVAL.toNanos()) {
      before = found.removeFirst().until;
    }
    collectable = Math.max(collectable, before);
    CompletableFuture<MergeOutcome> unused = store.purge(Math.min(until, collectable));
  }

  /** Returns the hybrid clock reading up to which tombstones can be collected. */
  private long collectable(ClusterMetadata metadata, Collection<PeerState> peers) {
    // Only the deletes that every present node has seen are collected by age.
    long until = metadataWriter.retentionStart();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      until = Math.min(until, said == null ? 0 : said.getDeliveredWatermark());
    }
    if (metadata.knownNodes().size() + 1 < quorum.size()) {
      return until;
    }
    long agreed = metadataWriter.stableWatermark();
    for (long node : metadata.knownNodes().keySet()) {
      agreed = Math.min(agreed, stableWatermark(node, peers));
    }
    return Math.max(until, agreed);
  }

  /**
   * Returns whether every node heard from within the retention is present, and copied by every
   * other node. A node that was away perhaps brings a delete that no other node has heard of. That
   * delete is older than the retention, and new to all nodes.
   */
  private boolean haveAllCopiedAll(ClusterMetadata metadata, Collection<PeerState> peers) {
    Set<Long> here = new HashSet<>();
    peers.forEach(peer -> here.add(peer.node()));
    if (!here.containsAll(metadata.knownNodes().keySet())) {
      return false;
    }
    for (PeerState come : peers) {
      long opening = ReplicaState.opening(come.logId());
      boolean isCopied = store.replicaState().versionVector().containsKey(opening);
      for (PeerState other : peers) {
        isCopied = isCopied && other.versionVector().containsKey(opening);
      }
      if (!isCopied) {
        return false;
      }
    }
    return true;
  }

  private static long stableWatermark(long node, Collection<PeerState> peers) {
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      if (said != null && said.getNode() == node) {
        return said.getStableWatermark();
      }
    }
    return 0;
  }
}
