package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Heartbeat;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The peers that are present, in the order of their appearance, and the peers that this node has
 * met. A peer is met when its collected watermark does no harm to this store.
 *
 * <p>INVARIANT: only a present peer is met. A peer that comes back is a new process, and must be
 * met again before its changes are merged.
 *
 * <p>Concurrency: confined to the event loop, except {@link #hasMet}, which any thread can call.
 */
final class PeerTable {
  private final Map<UUID, PeerState> peers = new LinkedHashMap<>();
  private final Set<UUID> met = ConcurrentHashMap.newKeySet();

  /** Adds a peer that has just appeared. */
  void add(PeerState peer) {
    peers.put(peer.process().id(), peer);
  }

  /** Removes a peer. Returns its state; null if the peer was not present. */
  @Nullable PeerState remove(Peer process) {
    met.remove(process.id());
    return peers.remove(process.id());
  }

  /** Returns the state of a peer; null if the peer is not present. */
  @Nullable PeerState find(Peer process) {
    return peers.get(process.id());
  }

  /** Returns whether this is the state of a present peer. */
  boolean isPresent(PeerState peer) {
    return find(peer.process()) == peer;
  }

  /** Returns the present peers. The collection is a view, and changes with the table. */
  Collection<PeerState> all() {
    return Collections.unmodifiableCollection(peers.values());
  }

  /** Returns the other peers whose last heartbeat named the given node. */
  List<PeerState> othersOf(PeerState peer, long node) {
    return peers.values().stream().filter(other -> other != peer && isOf(node, other)).toList();
  }

  private static boolean isOf(long node, PeerState peer) {
    Heartbeat said = peer.said();
    return said != null && said.getNode() == node;
  }

  /**
   * Notes whether the collected watermark of a present peer does no harm to this store.
   *
   * @param isHarmless false if the store has to be quarantined
   */
  void meet(PeerState peer, boolean isHarmless) {
    if (isHarmless) {
      met.add(peer.process().id());
    } else {
      met.remove(peer.process().id());
    }
  }

  /** Returns whether this node has met the peer. Any thread can call this method. */
  boolean hasMet(Peer process) {
    return met.contains(process.id());
  }
}
