package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * How a node replicates.
 *
 * @param nodeName how logs, API and page call this node
 */
public record ReplicaOptions(String nodeName, Quorum quorum, Limits limits) {

  /**
   * How many nodes must agree.
   *
   * @param size nodes that the cluster is meant to have, at least 1
   * @param write nodes that must have a change on the disk before it is acknowledged, 1 to size
   * @param bootstrap whether a new store counts as complete: there is no older one to be found
   */
  public record Quorum(int size, int write, boolean bootstrap) {
    public Quorum {
      if (size < 1 || write < 1 || write > size) {
        throw new IllegalArgumentException(
            "size: " + size + ", write: " + write + " (expected: 1 <= write <= size)");
      }
    }

    /**
     * Nodes that together have every acknowledged change, because any so many have one in common
     * with those that acknowledged it. With a write quorum of one nothing is asked of others: who
     * sets that goes on alone.
     */
    int read() {
      return write == 1 ? 1 : size - write + 1;
    }
  }

  /**
   * How long to wait, and how much to put up with.
   *
   * @param lagGrace how long an acknowledgement waits for a slow node when a quorum has the change
   * @param readGrace how long a node that does not know whether it is current refuses scrapes
   *     before it serves what it has
   * @param maxClockSkew a node whose clock is further off from a majority of nodes refuses changes
   * @param tombstoneRetention after this, deletes are forgotten even if a known node is away
   */
  public record Limits(
      Duration lagGrace, Duration readGrace, Duration maxClockSkew, Duration tombstoneRetention) {}
}
