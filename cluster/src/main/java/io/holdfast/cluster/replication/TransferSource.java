package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ReplicaState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A peer from which this node can copy, and the reason to copy.
 *
 * @param need the first reason that applies
 */
record TransferSource(PeerState peer, Need need) {

  /**
   * A reason to copy from a peer. Without a reason, this node compares itself with the peers in
   * turn.
   */
  enum Need {
    /** The peer's state was not copied since the peer appeared, or a gap is known. */
    LACKING,
    /** The peer has had more than this node for too long. */
    TRAILING,
    /** The peer has changes of a node that is not present to send them. */
    UNSENT,
    /** The version vectors are equal and the digests differ, so a group was lost or damaged. */
    DIVERGED,
    NONE
  }

  /**
   * Returns the peers from which this node can copy. An unreachable peer is left out. A peer that
   * lacks a delete collected here is left out, because that peer will quarantine its store.
   *
   * @param own the replica state of this node
   * @param collected the collected watermark of this node
   */
  static List<TransferSource> candidates(
      Collection<PeerState> peers, ReplicaState own, long collected, long now) {
    List<TransferSource> candidates = new ArrayList<>();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      if (said != null && peer.isReachable(now) && !isOutdated(said, collected)) {
        candidates.add(new TransferSource(peer, need(peer, peers, own, now)));
      }
    }
    return candidates;
  }

  /** Returns whether the peer has perhaps missed a delete that was collected here. */
  static boolean isOutdated(Heartbeat said, long collected) {
    return said.getDeliveredWatermark() < collected;
  }

  /**
   * Returns the peer to copy from now; null if there is none. Among the peers with a reason, a
   * complete peer comes before an incomplete peer.
   *
   * @param isComparisonDue whether a peer without a reason can have its turn. The turn goes to the
   *     peer with the oldest comparison. So each peer has its turn even if changes never pause.
   */
  static @Nullable PeerState pick(
      List<TransferSource> candidates, boolean isComparisonDue, long now) {
    PeerState needed = null;
    PeerState longest = null;
    for (TransferSource candidate : candidates) {
      PeerState peer = candidate.peer;
      if (candidate.need != Need.NONE
          && (needed == null || (peer.isComplete() && !needed.isComplete()))) {
        needed = peer;
      }
      if (longest == null || peer.sinceComparison(now) > longest.sinceComparison(now)) {
        longest = peer;
      }
    }
    return needed == null && isComparisonDue ? longest : needed;
  }

  private static Need need(
      PeerState peer, Collection<PeerState> peers, ReplicaState own, long now) {
    if (peer.needsTransfer()) {
      return Need.LACKING;
    }
    if (peer.trailing(now) > Timeouts.TRAILING.toNanos()) {
      return Need.TRAILING;
    }
    if (hasDiverged(peer, own) && peer.isComparisonDue(now)) {
      return Need.DIVERGED;
    }
    return hasWhatNobodySends(peer, peers, own, now) ? Need.UNSENT : Need.NONE;
  }

  private static boolean hasDiverged(PeerState peer, ReplicaState own) {
    Heartbeat said = peer.said();
    return said != null
        && said.getDigest() != own.digest()
        && peer.versionVector().equals(own.versionVector());
  }

  private static boolean hasWhatNobodySends(
      PeerState peer, Collection<PeerState> peers, ReplicaState own, long now) {
    if (peer.sinceComparison(now) < Timeouts.SILENCE.toNanos()) {
      return false;
    }
    Set<Long> unsent = peer.streamsAhead(own.versionVector());
    for (PeerState sender : peers) {
      if (!sender.isSilent(now)) {
        unsent.remove(sender.logId());
      }
    }
    return !unsent.isEmpty();
  }
}
