package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ReplicaState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The arrivals, heartbeats and departures of peers, and their effect on the rest of the replica.
 *
 * <p>INVARIANT: the collected watermark of a heartbeat is compared with this store before anything
 * of its peer is merged. A node has one present peer at most: the newest process replaces the
 * earlier process.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class PeerTracker {
  private static final Logger log = LoggerFactory.getLogger(PeerTracker.class);

  private final LocalNode node;
  private final PeerTable peers;
  private final MetadataWriter metadataWriter;
  private final AntiEntropy antiEntropy;
  private final LogReplication replication;

  PeerTracker(
      LocalNode node,
      PeerTable peers,
      MetadataWriter metadataWriter,
      AntiEntropy antiEntropy,
      LogReplication replication) {
    this.node = node;
    this.peers = peers;
    this.metadataWriter = metadataWriter;
    this.antiEntropy = antiEntropy;
    this.replication = replication;
  }

  /** Takes a heartbeat of a present peer. */
  void heard(PeerState peer, Heartbeat heartbeat) {
    ReplicaState replicaState = node.store().replicaState();
    if (peer.said() == null) {
      log.atInfo()
          .addKeyValue("peer", heartbeat.getName())
          .addKeyValue("address", peer.process().address())
          .log("peer joined");
      Introduction.check(node.options(), replicaState, peer.process(), heartbeat);
      dropOldSelf(peer, heartbeat);
    }
    peer.heard(heartbeat);
    node.clock().follow(heartbeat.getMillis());
    metadataWriter.met(heartbeat.getNode());
    peers.meet(peer, antiEntropy.meet(peer));
    peer.reached(replicaState.logId(), peer.versionVector().getOrDefault(replicaState.logId(), 0L));
    peer.compare(replicaState.versionVector(), node.loop().nanos());
    replication.settle();
  }

  /**
   * Drops the earlier peer of a node that is back under another address. Only one process at a time
   * has a store open, so the earlier process has ended. The transport perhaps takes seconds to
   * notice.
   */
  private void dropOldSelf(PeerState newcomer, Heartbeat heartbeat) {
    for (PeerState other : peers.othersOf(newcomer, heartbeat.getNode())) {
      drop(other.process());
    }
  }

  /**
   * Takes changes of a peer that are on this disk. Changes behind a gap call for a state transfer,
   * because the changes in the gap are not sent again.
   *
   * @param reached the offset up to which this disk has the peer's log
   */
  void merged(Peer from, Changes changes, long reached) {
    PeerState peer = peers.find(from);
    if (peer != null && reached < changes.getFirst()) {
      peer.transferNeeded();
    }
  }

  /** Drops a peer that has left. A peer that is not present changes nothing. */
  void drop(Peer process) {
    PeerState gone = peers.remove(process);
    if (gone != null) {
      log.atInfo()
          .addKeyValue("peer", gone.name())
          .addKeyValue("address", process.address())
          .log("peer left");
      antiEntropy.forget(gone);
      replication.settle();
    }
  }
}
