package io.holdfast.cluster.replication;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as one node sees it, at one instant.
 *
 * @param name the name of this node
 * @param id the identity of this node's store, in hexadecimal
 * @param unready why this node is unready; null if this node is ready
 * @param size the number of nodes that the cluster is meant to have
 * @param writeQuorum the number of nodes that must have a change on the disk
 * @param hasQuorum whether this node reaches a write quorum, itself included
 * @param members the peers that this node is in touch with; peers that are away are not listed
 * @param copying the state transfer to this node; null if no state transfer is under way
 */
public record ClusterStatus(
    String name,
    String id,
    @Nullable String unready,
    int size,
    int writeQuorum,
    boolean hasQuorum,
    List<Member> members,
    @Nullable Copying copying) {

  public ClusterStatus {
    members = List.copyOf(members);
  }

  /** The state of a peer. */
  public enum State {
    /** The peer keeps up, and reports that the peer is ready. */
    READY,
    /** The peer does not know yet, or no longer knows, that it has every acknowledged change. */
    SYNCING,
    /** The peer has not taken this node's changes in time. */
    LAGGING,
    /** The peer has not answered within the lease. */
    SUSPECT
  }

  /**
   * A peer.
   *
   * @param id the identity of the peer's store, in hexadecimal; empty before the first heartbeat
   * @param unready why the peer reports that it is unready; empty if the peer is ready
   * @param lagChanges the number of this node's changes that the peer does not have yet
   * @param lagSeconds how long the peer has been behind; 0 if the peer keeps up
   * @param comparedSecondsAgo the time since this node last compared states with the peer; negative
   *     before the first comparison
   * @param divergentBuckets the number of buckets, of 4,096, that differed in the last comparison
   * @param clockOffsetSeconds how far the peer's clock is ahead of this node's clock; negative if
   *     the peer's clock is behind; not a number before the first heartbeat
   */
  public record Member(
      String id,
      String name,
      String address,
      State state,
      String unready,
      long lagChanges,
      double lagSeconds,
      double comparedSecondsAgo,
      int divergentBuckets,
      double clockOffsetSeconds) {}

  /**
   * A state transfer under way.
   *
   * @param from the name of the peer
   * @param found the number of differing groups found so far
   */
  public record Copying(String from, long copied, long found) {}
}
