package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterNotes;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.Standing;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The rule by which tombstones go.
 *
 * <p>A tombstone may go when every node that may come back has it: when all known nodes have told
 * of a stable watermark above it. A node that is away holds that up, but not for longer than the
 * retention. Then tombstones go by age, and a node that comes back having missed them quarantines
 * its store (see {@link AntiEntropy}).
 *
 * <p>Concurrency: confined to the event loop.
 */
final class TombstoneCollector {
  private final ReplicaOptions.Quorum quorum;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final MetadataWriter metadata;

  /** What might have been collected, since the latest arrival. */
  private final Deque<Found> found = new ArrayDeque<>();

  /** What might have been collected so long ago that everything sent before has arrived. */
  private long collectable;

  /** Up to which hybrid clock reading tombstones might go, and when that was found. */
  private record Found(long at, long until) {}

  TombstoneCollector(
      ReplicaOptions.Quorum quorum,
      ReplicatedStore store,
      EventLoop loop,
      MetadataWriter metadata) {
    this.quorum = quorum;
    this.store = store;
    this.loop = loop;
    this.metadata = metadata;
  }

  /**
   * Collects the tombstones that may go now and might have gone one arrival ago. In between
   * everything arrives that a node sent before it had some delete: without the tombstone such a
   * message would bring the group back.
   */
  void collect(Collection<PeerState> peers) {
    ClusterNotes notes = store.standing().notes();
    long now = loop.nanos();
    if (!haveAllCopiedAll(notes, peers)) {
      // A watermark from before says nothing of a delete that comes now.
      found.clear();
      collectable = 0;
      return;
    }
    long until = collectable(notes, peers);
    found.addLast(new Found(now, until));
    long before = 0;
    while (now - found.getFirst().at > Timeouts.LATEST_ARRIVAL.toNanos()) {
      before = found.removeFirst().until;
    }
    collectable = Math.max(collectable, before);
    CompletableFuture<MergeOutcome> unused = store.purge(Math.min(until, collectable));
  }

  /** Returns up to where every node has every delete. */
  private long collectable(ClusterNotes notes, Collection<PeerState> peers) {
    // By age only what every node that is here has seen.
    long until = metadata.retentionStart();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      until = Math.min(until, said == null ? 0 : said.getCurrentAt());
    }
    if (notes.knownNodes().size() + 1 < quorum.size()) {
      return until;
    }
    long agreed = metadata.stableWatermark();
    for (long node : notes.knownNodes().keySet()) {
      agreed = Math.min(agreed, stableWatermark(node, peers));
    }
    return Math.max(until, agreed);
  }

  /**
   * Whether each node that was heard from within the retention is here, and has all that each other
   * had when it came. One that was away may have brought a delete that it had told nobody of: older
   * than the retention, and new to all.
   */
  private boolean haveAllCopiedAll(ClusterNotes notes, Collection<PeerState> peers) {
    Set<Long> here = new HashSet<>();
    peers.forEach(peer -> here.add(peer.node()));
    if (!here.containsAll(notes.knownNodes().keySet())) {
      return false;
    }
    for (PeerState come : peers) {
      long opening = Standing.opening(come.stream());
      boolean isCopied = store.standing().positions().containsKey(opening);
      for (PeerState other : peers) {
        isCopied = isCopied && other.positions().containsKey(opening);
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
        return said.getCompleteUntil();
      }
    }
    return 0;
  }
}
