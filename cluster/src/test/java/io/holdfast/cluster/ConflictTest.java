package io.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.ClusterOptions.Forming;
import io.holdfast.cluster.ClusterOptions.Limits;
import io.holdfast.cluster.ClusterOptions.Quorum;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.Rejection;
import io.holdfast.storage.WriteOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Two nodes that take pushes which conflict, each before it has heard of the other's. */
final class ConflictTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimulatedTime time = new SimulatedTime();
  private final List<SimulatedNode> nodes = new ArrayList<>();

  @Test
  void conflictingPushesAtOnce_oneIsTold_andAllNodesShowTheOther() {
    start();
    List<WriteOutcome> outcomes = new ArrayList<>();
    submit(0, push("one", "# TYPE m gauge\nm 1\n"), outcomes);
    submit(1, push("two", "# TYPE m counter\nm 2\n"), outcomes);
    run(2 * SECOND);

    assertEquals(2, outcomes.size());
    assertEquals(1, outcomes.stream().filter(WriteOutcome.Applied.class::isInstance).count());
    List<Rejection.Reason> reasons =
        outcomes.stream()
            .filter(WriteOutcome.Rejected.class::isInstance)
            .map(outcome -> ((WriteOutcome.Rejected) outcome).rejection().reason())
            .toList();
    assertEquals(List.of(Rejection.Reason.CONCURRENT_CONFLICT), reasons);
    assertEquals(1, nodes.stream().map(this::digest).distinct().count());
    for (SimulatedNode node : nodes) {
      assertEquals(1, life(node).store.exposition().shadowedSeries());
    }
  }

  private void start() {
    SimulatedNetwork network =
        new SimulatedNetwork(time, RandomGeneratorFactory.of("L64X128MixRandom").create(1));
    for (int i = 0; i < 3; i++) {
      HostPort address = new HostPort("node-" + i, 1);
      ClusterOptions options =
          new ClusterOptions(
              new Forming(address, address, List.of(), "test", "node-" + i, null),
              new Quorum(3, 2, false),
              new Limits(
                  Duration.ofMillis(500),
                  Duration.ofSeconds(5),
                  Duration.ofMinutes(1),
                  Duration.ofDays(7)));
      SimulatedNode node =
          new SimulatedNode(
              i,
              options,
              time,
              network,
              RandomGeneratorFactory.of("L64X128MixRandom").create(i),
              SimulatedNode.Mutation.NONE,
              0);
      node.start();
      nodes.add(node);
    }
    run(15 * SECOND);
    nodes.forEach(node -> assertTrue(life(node).groups.unready().isEmpty()));
  }

  private static SimulatedNode.Life life(SimulatedNode node) {
    return Objects.requireNonNull(node.life);
  }

  private long digest(SimulatedNode node) {
    return life(node).store.standing().digest();
  }

  private void submit(int node, Change change, List<WriteOutcome> outcomes) {
    var unused = life(nodes.get(node)).groups.submit(change).thenAccept(outcomes::add);
  }

  private void run(long nanos) {
    long end = time.now() + nanos;
    while (time.step(end)) {
      // Until the time has come.
    }
  }

  private static Change push(String job, String body) {
    try {
      return PushPreparation.prepare(
          GroupKey.of(new TreeMap<>(Map.of("job", job))),
          false,
          1,
          TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
          ContentLimits.ofText(1 << 20));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }
}
