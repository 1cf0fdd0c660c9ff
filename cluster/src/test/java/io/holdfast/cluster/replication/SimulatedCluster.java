package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.ReplicaOptions.Limits;
import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.cluster.replication.SimulatedNode.Life;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * The cluster of a {@link Simulation}: its nodes, network, time and chance, and the story of what
 * has happened.
 *
 * <p>INVARIANT: all that shares {@link #random} draws in one order. So a seed plays one schedule.
 */
final class SimulatedCluster {
  static final long SECOND = 1_000_000_000L;
  static final long MILLI = 1_000_000L;
  static final long MAX_SKEW_MILLIS = 61_000;

  private static final int LINES_TOLD = 120;

  final SimulatedTime time = new SimulatedTime();
  final RandomGenerator random;
  final SimulatedNetwork network;
  final Quorum quorum;
  final Duration retention;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final SimulatedTime.Scope world = new SimulatedTime.Scope();
  private final List<String> story = new ArrayList<>();
  private boolean isQuiet;

  /** The first; found in the callback of a future, which swallows what is thrown. */
  private @Nullable Violation violation;

  SimulatedCluster(long seed) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.network = new SimulatedNetwork(time, random);
    this.quorum = quorum();
    this.retention = random.nextInt(4) == 0 ? Duration.ofSeconds(15) : Duration.ofDays(7);
    network.lossRate = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.1;
    network.lateRate = 0.005;
    network.duplicateRate = random.nextDouble() * 0.1;
    network.isQuick = random.nextInt(3) == 0;
    network.maxDelayNanos = (1 + random.nextLong(100)) * MILLI;
  }

  private Quorum quorum() {
    int size = new int[] {3, 3, 3, 3, 2, 5, 4}[random.nextInt(7)];
    int write = random.nextInt(8) == 0 ? size : size / 2 + 1;
    return new Quorum(size, write, false);
  }

  /** Adds the next node, which does not run yet. */
  SimulatedNode addNode() {
    int number = nodes.size();
    SimulatedNode node = new SimulatedNode(number, options(number), time, network, random);
    nodes.add(node);
    return node;
  }

  private ReplicaOptions options(int number) {
    return new ReplicaOptions(
        "node-" + number,
        quorum,
        new Limits(
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofMillis(MAX_SKEW_MILLIS),
            retention));
  }

  List<SimulatedNode> nodes() {
    return nodes;
  }

  SimulatedNode anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  @Nullable Life anyLife() {
    return anyNode().life;
  }

  /** Starts the nodes that do not run. */
  void start() {
    nodes.forEach(SimulatedNode::start);
  }

  /** Runs a task after so long. */
  void at(long nanos, Runnable task) {
    time.after(nanos, world, task);
  }

  /** Lets so much time pass. */
  void run(long nanos) {
    long end = time.now() + nanos;
    while (time.step(end)) {
      throwViolation();
    }
  }

  /** Ends clients and faults, and mends network and nodes. */
  void quieten() {
    tell("quiet");
    isQuiet = true;
    network.heal();
    network.lossRate = 0;
    start();
  }

  boolean isQuiet() {
    return isQuiet;
  }

  /** Adds a line to the story. */
  void tell(String what) {
    story.add(time.now() / MILLI + " ms: " + what);
  }

  /** Returns the last lines of the story. */
  String story() {
    return String.join("\n", story.subList(Math.max(0, story.size() - LINES_TOLD), story.size()));
  }

  /** Notes that a promise does not hold. The run ends after the present step. */
  void violated(String what) {
    violation = violation == null ? new Violation(what) : violation;
  }

  void throwViolation() {
    if (violation != null) {
      throw violation;
    }
  }
}
