package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Limits;
import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.WriteOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGeneratorFactory;

/** Simulated nodes that are ready, three unless said otherwise, and time that a test lets pass. */
final class ThreeNodes {
  static final long SECOND = 1_000_000_000L;

  private final SimulatedTime time = new SimulatedTime();
  private final List<SimulatedNode> nodes = new ArrayList<>();
  final SimulatedNetwork network =
      new SimulatedNetwork(time, RandomGeneratorFactory.of("L64X128MixRandom").create(1));

  ThreeNodes() {
    this(new Quorum(3, 2, false));
  }

  ThreeNodes(Quorum quorum) {
    this(quorum, Duration.ofDays(7));
  }

  /**
   * @param retention of deletes, while a node is away
   */
  ThreeNodes(Quorum quorum, Duration retention) {
    for (int i = 0; i < quorum.size(); i++) {
      ReplicaOptions options = options(i, quorum, retention);
      SimulatedNode node =
          new SimulatedNode(
              i, options, time, network, RandomGeneratorFactory.of("L64X128MixRandom").create(i));
      node.start();
      nodes.add(node);
    }
    run(15 * SECOND);
    nodes.forEach(node -> assertTrue(life(node).groups.unready().isEmpty()));
  }

  static ReplicaOptions options(int node) {
    return options(node, new Quorum(3, 2, false), Duration.ofDays(7));
  }

  private static ReplicaOptions options(int node, Quorum quorum, Duration retention) {
    return new ReplicaOptions(
        "node-" + node,
        quorum,
        new Limits(
            Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofMinutes(1), retention));
  }

  SimulatedNode.Life life(int node) {
    return life(nodes.get(node));
  }

  private static SimulatedNode.Life life(SimulatedNode node) {
    return Objects.requireNonNull(node.life);
  }

  void crash(int node) {
    nodes.get(node).crash();
  }

  void freeze(int node, long nanos) {
    long unused = nodes.get(node).freeze(nanos);
  }

  void start(int node) {
    nodes.get(node).start();
  }

  long digest(int node) {
    return life(node).store.replicaState().digest();
  }

  void submit(int node, Change change, List<WriteOutcome> outcomes) {
    var unused = life(node).groups.submit(change).thenAccept(outcomes::add);
  }

  void setClock(int node, long millisAhead) {
    nodes.get(node).clock.set(millisAhead, 0, time.now());
  }

  void run(long nanos) {
    long end = time.now() + nanos;
    while (time.step(end)) {
      // Until the time has come.
    }
  }

  static GroupKey key(String job) {
    return GroupKey.of(new TreeMap<>(Map.of("job", job)));
  }

  static Change push(String job, String body) {
    try {
      return PushPreparation.prepare(
          key(job),
          false,
          1,
          TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
          ContentLimits.ofText(1 << 20));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }
}
