package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import org.junit.jupiter.api.Test;

/** Quorums of nodes with different sizes, while a cluster gets another number of nodes. */
final class QuorumTest {
  private static final int LARGEST = 9;

  private static Quorum majority(int size) {
    return new Quorum(size, size / 2 + 1, false);
  }

  /** The rule of docs/operating.md, "Another number of nodes". */
  @Test
  void quorumsOfTwoSizes_overlap_whileNoMoreNodesRunThanTheSmallerSize() {
    for (int one = 1; one <= LARGEST; one++) {
      for (int other = 1; other <= LARGEST; other++) {
        int running = Math.min(one, other);
        assertTrue(
            majority(one).write() + majority(other).read() > running,
            one + " and " + other + " with " + running + " nodes");
      }
    }
  }

  /** A scrape could miss an answered push: two nodes have the push, and three others are read. */
  @Test
  void quorumsOfTwoSizes_canMissEachOther_whileMoreNodesRun() {
    assertEquals(5, majority(3).write() + majority(5).read());
  }

  /** From three nodes to one: with the size 5 an answered push is on all three disks. */
  @Test
  void writeQuorumOfFive_isAllOfThreeNodes() {
    assertEquals(3, majority(5).write());
  }
}
