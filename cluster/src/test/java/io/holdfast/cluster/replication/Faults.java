package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.MILLI;
import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The schedule of faults, one after the other until the cluster is quiet: crashes, frozen
 * processes, pauses, partitions, failing writes, a lost disk, and wrong clocks.
 */
final class Faults {
  private final SimulatedCluster cluster;
  private final ClockFaults clocks;
  private final Promises promises;
  private final RandomGenerator random;
  private final SimulatedTime time;
  private final SimulatedNetwork network;
  private final List<SimulatedNode> nodes;

  Faults(SimulatedCluster cluster, ClockFaults clocks, Promises promises) {
    this.cluster = cluster;
    this.clocks = clocks;
    this.promises = promises;
    this.random = cluster.random;
    this.time = cluster.time;
    this.network = cluster.network;
    this.nodes = cluster.nodes();
  }

  void start() {
    cluster.at(5 * SECOND, this::fault);
  }

  private void fault() {
    if (cluster.isQuiet()) {
      return;
    }
    SimulatedNode node = cluster.anyNode();
    switch (random.nextInt(12)) {
      case 0, 1 -> crash(node);
      case 2 -> stop(node, random.nextLong(8 * SECOND));
      case 3 -> {
        cluster.tell("cut off " + node.number);
        nodes.forEach(other -> network.cut(node.number, other.number));
      }
      case 4 -> cut(node, random.nextInt(nodes.size()));
      case 5 -> failCommit(node);
      case 6 -> losePower();
      case 8, 9 -> clocks.fault(node);
      case 10 -> pauseInside(node, random.nextLong(8 * SECOND));
      case 11 -> leapWithout(node);
      default -> loseDisk(node);
    }
    if (random.nextInt(3) > 0) {
      cluster.at(random.nextLong(10 * SECOND), network::heal);
    }
    cluster.at(random.nextLong(8 * SECOND), this::fault);
  }

  // Processes.

  private void crash(SimulatedNode node) {
    cluster.tell("crash " + node.number);
    node.crash();
    if (random.nextInt(6) == 0) {
      long millis = SimulatedNode.EPOCH_MILLIS + time.now() / MILLI + random.nextLong(60_000);
      cluster.tell("the store of " + node.number + " has seen " + millis);
      node.disk.seen(millis);
    }
    // Now and then for longer than the others remember deletes.
    boolean isLong = cluster.retention.toNanos() < 20 * SECOND && random.nextInt(3) == 0;
    cluster.at(
        random.nextLong((isLong ? 40 : 10) * SECOND),
        () -> {
          cluster.tell("start " + node.number);
          node.start();
        });
  }

  private void losePower() {
    if (random.nextInt(4) == 0) {
      cluster.tell("power loss of all");
      nodes.forEach(this::crash);
    }
  }

  private void stop(SimulatedNode node, long nanos) {
    if (random.nextBoolean()) {
      cluster.tell("freeze " + node.number + " for " + nanos / MILLI);
      node.freeze(nanos);
    } else {
      cluster.tell("pause " + node.number + " for " + nanos / MILLI);
      node.pause(nanos);
    }
  }

  private void pauseInside(SimulatedNode node, long nanos) {
    if (random.nextInt(3) == 0) {
      cluster.tell("pause the writer of " + node.number + " for " + nanos / MILLI);
      node.pauseWriter(nanos);
    } else {
      cluster.tell("pause " + node.number + " inside for " + nanos / MILLI);
      node.pauseInside(1 + random.nextInt(400), nanos);
    }
  }

  // Disks.

  private void failCommit(SimulatedNode node) {
    Life life = node.life;
    if (life != null) {
      cluster.tell("the disk of " + node.number + " fails");
      life.store.failsNextCommit = true;
    }
  }

  private void loseDisk(SimulatedNode node) {
    if (promises.mayLoseDisk()) {
      promises.diskLost();
      cluster.tell("lose the disk of " + node.number);
      node.crash();
      node.disk.lose();
      cluster.at(random.nextLong(10 * SECOND), node::start);
    }
  }

  // Partitions.

  private void cut(SimulatedNode node, int other) {
    cluster.tell("cut " + node.number + " from " + other);
    network.cut(node.number, other);
    if (random.nextBoolean()) {
      cluster.at(SECOND + random.nextLong(7 * SECOND), () -> moveCut(node.number, other));
    }
  }

  /** Two nodes are in touch again, and about then one of them loses touch with the rest. */
  private void moveCut(int node, int other) {
    cluster.tell(node + " and " + other + " are in touch again");
    network.heal(node, other);
    cluster.at(
        random.nextLong(2 * SECOND),
        () -> {
          if (!cluster.isQuiet()) {
            cluster.tell("cut " + node + " from all but " + other);
            nodes.stream()
                .filter(third -> third.number != other)
                .forEach(third -> network.cut(node, third.number));
            cluster.at(SECOND + random.nextLong(5 * SECOND), network::heal);
          }
        });
  }

  /** The time of all goes ahead, and one is cut off before it hears of that. */
  private void leapWithout(SimulatedNode away) {
    SimulatedNode ahead = nodes.get((away.number + 1) % nodes.size());
    cluster.tell("leap of " + ahead.number + ", without " + away.number);
    ahead.crash();
    ahead.disk.seen(SimulatedNode.EPOCH_MILLIS + time.now() / MILLI + random.nextLong(60_000));
    cluster.at(random.nextLong(500 * MILLI), ahead::start);
    network.cut(away.number, ahead.number);
    Map<ClusterClock, Long> hearing = new HashMap<>();
    for (SimulatedNode node : nodes) {
      if (node != away && node != ahead && node.life != null) {
        hearing.put(node.life.versions, node.life.versions.leaptAt());
      }
    }
    cutOffAtLeap(away, hearing, time.now() + 4 * SECOND);
    cluster.at(6 * SECOND + random.nextLong(2 * SECOND), network::heal);
  }

  private void cutOffAtLeap(SimulatedNode away, Map<ClusterClock, Long> hearing, long until) {
    boolean hasLeapt =
        hearing.entrySet().stream().anyMatch(each -> each.getValue() - each.getKey().leaptAt() < 0);
    if (hasLeapt && !cluster.isQuiet()) {
      cluster.tell("cut off " + away.number + " at the leap");
      nodes.forEach(other -> network.cut(away.number, other.number));
      cluster.at(1500 * MILLI + random.nextLong(2500 * MILLI), network::heal);
    } else if (time.now() < until) {
      cluster.at(10 * MILLI, () -> cutOffAtLeap(away, hearing, until));
    }
  }
}
