package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * The settings of replication.
 *
 * @param nodeName the name of this node in logs, API and page
 */
public record ReplicaOptions(String nodeName, Quorum quorum, Limits limits) {

  /**
   * The numbers of nodes that must agree.
   *
   * @param size the number of nodes that the cluster is meant to have, at least 1
   * @param write the number of nodes that must have a change on the disk before its
   *     acknowledgement, 1 to size
   * @param bootstrap whether a new store counts as complete, because no older store exists
   */
  public record Quorum(int size, int write, boolean bootstrap) {
    public Quorum {
      if (size < 1 || write < 1 || write > size) {
        throw new IllegalArgumentException(
            "size: " + size + ", write: " + write + " (expected: 1 <= write <= size)");
      }
    }

    /**
     * Returns the read quorum. Any read quorum and any write quorum have a node in common. So a
     * read quorum has every acknowledged change among its nodes. With a write quorum of one, the
     * node goes on alone and asks no peer.
     */
    int read() {
      return write == 1 ? 1 : size - write + 1;
    }
  }

  /**
   * The bounds of waiting, clock error and retention.
   *
   * @param lagGrace how long an acknowledgement waits for a slow peer when a write quorum has the
   *     change
   * @param readGrace how long a node that is not fresh refuses scrapes before it answers with stale
   *     content
   * @param maxClockSkew a node whose clock is further away from a majority of nodes refuses changes
   * @param tombstoneRetention the age after which tombstones are collected even if a known node is
   *     away
   */
  public record Limits(
      Duration lagGrace, Duration readGrace, Duration maxClockSkew, Duration tombstoneRetention) {}
}
