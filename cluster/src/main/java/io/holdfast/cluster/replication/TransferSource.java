package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.Standing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A peer that this node may copy from, and why it should.
 *
 * @param need the first that applies
 */
record TransferSource(PeerState peer, Need need) {

  /** A reason to copy from a peer. Without one, peers are compared with in turn. */
  enum Need {
    /** The peer's state was not copied since it appeared, or a gap is known. */
    LACKING,
    /** The peer has had more than this node for too long. */
    TRAILING,
    /** The peer has changes of a node that is not there to send them. */
    UNSENT,
    /** Equal positions, and yet other digests: something was lost or damaged. */
    DIVERGED,
    NONE
  }

  /**
   * Returns the peers that can be copied from. An unreachable peer cannot. Nor can one that will
   * quarantine its store as soon as it hears which deletes were forgotten here.
   *
   * @param own this node's state
   * @param collected up to where deletes have been forgotten here
   */
  static List<TransferSource> candidates(
      Collection<PeerState> peers, Standing own, long collected, long now) {
    List<TransferSource> candidates = new ArrayList<>();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      if (said != null && peer.isReachable(now) && !isOutdated(said, collected)) {
        candidates.add(new TransferSource(peer, need(peer, peers, own, now)));
      }
    }
    return candidates;
  }

  /** Whether the peer has not seen some delete that was forgotten here. */
  static boolean isOutdated(Heartbeat said, long collected) {
    return said.getCurrentAt() < collected;
  }

  /**
   * Returns the peer to copy from now; null if there is none. Of the peers that are needed, a
   * complete one comes before one that is being filled itself.
   *
   * @param isComparisonDue whether a peer that is not needed may have its turn: the peer that was
   *     not compared with for longest, so that each has its turn even if changes never pause
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

  private static Need need(PeerState peer, Collection<PeerState> peers, Standing own, long now) {
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

  private static boolean hasDiverged(PeerState peer, Standing own) {
    Heartbeat said = peer.said();
    return said != null
        && said.getDigest() != own.digest()
        && peer.positions().equals(own.positions());
  }

  private static boolean hasWhatNobodySends(
      PeerState peer, Collection<PeerState> peers, Standing own, long now) {
    if (peer.sinceComparison(now) < Timeouts.SILENCE.toNanos()) {
      return false;
    }
    Set<Long> unsent = peer.streamsAhead(own.positions());
    for (PeerState sender : peers) {
      if (!sender.isSilent(now)) {
        unsent.remove(sender.stream());
      }
    }
    return !unsent.isEmpty();
  }
}
