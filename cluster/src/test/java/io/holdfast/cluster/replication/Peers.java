package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.ReplicaState;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Peers and states of stores, for tests. */
final class Peers {
  private Peers() {}

  /** Returns a peer that has said nothing yet. */
  static PeerState peer(String name, long now) {
    return new PeerState(new Peer(UUID.randomUUID(), name), now);
  }

  /** Returns a complete peer with this log, heard from now, whose state was copied. */
  static PeerState copied(String name, long log, long now) {
    PeerState peer = peer(name, now);
    peer.heard(heartbeat(name, log).build());
    peer.answered(now);
    peer.transferred(log, true);
    peer.compared(0, now);
    return peer;
  }

  static Heartbeat.Builder heartbeat(String name, long log) {
    return Heartbeat.newBuilder().setName(name).setNode(log).setLogId(log).setComplete(true);
  }

  /** Returns the state of a complete store with this log and this version vector. */
  static ReplicaState replicaState(long log, Map<Long, Long> versionVector) {
    return new ReplicaState(
        log,
        log,
        versionVector,
        versionVector,
        0,
        0,
        new ClusterMetadata(true, 0, 0, new TreeMap<>(), 0, 0),
        null,
        Long.MAX_VALUE);
  }
}
