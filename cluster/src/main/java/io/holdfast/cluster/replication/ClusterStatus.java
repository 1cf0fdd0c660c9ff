package io.holdfast.cluster.replication;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as one node sees it, at one instant.
 *
 * @param name of this node
 * @param id of this node's store, in hexadecimal
 * @param unready why this node is unready; null if it is ready
 * @param size nodes that the cluster is meant to have
 * @param writeQuorum nodes that must have a change on the disk
 * @param hasQuorum whether that many can be reached, this node included
 * @param members the others that this node is in touch with; those that are away are not listed
 * @param copying what is being copied to this node; null if nothing is
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

  /** How another node does. */
  public enum State {
    /** It keeps up, and says that it is ready. */
    READY,
    /** It is not yet, or no longer, sure of having everything. */
    SYNCING,
    /** It has not taken this node's changes in time. */
    LAGGING,
    /** It has not answered within the lease. */
    SUSPECT
  }

  /**
   * Another node.
   *
   * @param id of its store, in hexadecimal; empty before its first word
   * @param unready why it says that it is unready; empty if it is ready
   * @param lagChanges changes of this node that it does not have yet
   * @param lagSeconds since when it has been behind; 0 if it is not
   * @param comparedSecondsAgo when this node last compared its state with the other's; negative if
   *     it has not yet
   * @param divergentBuckets in how many of 4,096 buckets of groups that found a difference
   * @param clockOffsetSeconds how far the other's clock is ahead of this node's, negative if it is
   *     behind; not a number before its first word
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
   * A copy under way.
   *
   * @param from the name of the other node
   * @param found groups found to be copied so far
   */
  public record Copying(String from, long copied, long found) {}
}
