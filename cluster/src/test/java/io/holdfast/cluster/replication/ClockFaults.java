package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.MAX_SKEW_MILLIS;

import java.util.List;
import java.util.random.RandomGenerator;

/** The wall clocks of the nodes, right or wrong. */
final class ClockFaults {
  private static final long WRONG_MILLIS = 6 * 3600 * 1000L;

  private final SimulatedCluster cluster;
  private final RandomGenerator random;

  /** Right clocks are off by less: by half of what two may be apart. */
  private final long maxOffset;

  ClockFaults(SimulatedCluster cluster) {
    this.cluster = cluster;
    this.random = cluster.random;
    this.maxOffset = random.nextBoolean() ? 1 : 30_000;
  }

  /** Sets the clock of a new node, and now and then lets its store have seen the future. */
  void begin(SimulatedNode node) {
    setRight(node);
    if (random.nextInt(12) == 0) {
      setWrong(node);
    }
    if (random.nextInt(24) == 0) {
      node.disk.seen(SimulatedNode.EPOCH_MILLIS + random.nextLong(2 * WRONG_MILLIS));
    }
  }

  /** Changes the clock of a node, or the clocks of all. */
  void fault(SimulatedNode node) {
    switch (random.nextInt(6)) {
      case 0 -> setWrong(node);
      case 1 -> {
        // All have asked one server, or had no battery.
        long jump = random.nextLong(-WRONG_MILLIS, WRONG_MILLIS + 1);
        cluster
            .nodes()
            .forEach(each -> set(each, jump + random.nextLong(-maxOffset, maxOffset), 0));
      }
      case 2, 3 -> set(node, random.nextLong(-MAX_SKEW_MILLIS, MAX_SKEW_MILLIS), 0);
      case 4 -> set(node, random.nextLong(-maxOffset, maxOffset), random.nextDouble(-1, 1));
      default -> setAllRight();
    }
  }

  void setAllRight() {
    cluster.nodes().forEach(this::setRight);
  }

  /** A majority's clocks are right. Without a majority no node can tell. */
  List<SimulatedNode> setMinorityWrong() {
    int size = cluster.quorum.size();
    int wrong = random.nextInt(Math.max(2, size - size / 2));
    for (SimulatedNode node : cluster.nodes()) {
      if (node.number < wrong) {
        setWrong(node);
      } else {
        setRight(node);
      }
    }
    return cluster.nodes().subList(0, wrong);
  }

  private void setRight(SimulatedNode node) {
    set(node, random.nextLong(-maxOffset, maxOffset), 0);
  }

  private void setWrong(SimulatedNode node) {
    long wrong = random.nextLong(2 * MAX_SKEW_MILLIS, WRONG_MILLIS);
    set(node, random.nextBoolean() ? wrong : -wrong, random.nextDouble(-0.1, 0.1));
  }

  private void set(SimulatedNode node, long millisAhead, double drift) {
    cluster.tell(
        "the clock of " + node.number + " is " + millisAhead + " ms ahead, drift " + drift);
    node.clock.set(millisAhead, drift, cluster.time.now());
  }
}
