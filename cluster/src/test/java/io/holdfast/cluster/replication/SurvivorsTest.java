package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.storage.ReadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that are left when others die while a change is under way at one of them. */
final class SurvivorsTest {
  private static final int FIRST_VALUE = 1;
  private static final int LAST_VALUE = 2;

  @ParameterizedTest
  @CsvSource({
    "2, 2, 1", "3, 3, 1", "3, 3, 2", "4, 3, 2", "5, 4, 2", "5, 4, 3", "3, 2, 1", "5, 3, 2"
  })
  void belowQuorumWithChangeUnderWay_servesLastKnownValuesMarked_untilQuorumIsBack(
      int size, int write, int survivors) {
    ThreeNodes nodes = new ThreeNodes(new Quorum(size, write, false));
    push(nodes, FIRST_VALUE);
    nodes.run(ThreeNodes.SECOND);
    assertEquals(FIRST_VALUE, current(read(nodes, 0)));

    push(nodes, LAST_VALUE);
    for (int node = survivors; node < size; node++) {
      nodes.crash(node);
    }
    nodes.run(10 * ThreeNodes.SECOND);
    for (int node = 0; node < survivors; node++) {
      assertTrue(nodes.life(node).groups.unready().isPresent());
    }
    ReadResult.Stale stale = assertInstanceOf(ReadResult.Stale.class, read(nodes, 0));
    assertEquals(Map.of("job", LAST_VALUE), ShownValues.of(stale.exposition()));

    for (int node = survivors; node < size; node++) {
      nodes.start(node);
    }
    nodes.run(15 * ThreeNodes.SECOND);
    for (int node = 0; node < size; node++) {
      assertTrue(nodes.life(node).groups.unready().isEmpty());
      assertEquals(LAST_VALUE, current(read(nodes, node)));
    }
  }

  /** What was on one disk alone is not shown before it is on others: a scrape of these lacks it. */
  @ParameterizedTest
  @CsvSource({"2, 2", "3, 2", "3, 3", "5, 3"})
  void restartedWithChangeThatNobodyElseHas_isNotReadyBeforeOthersHaveIt(int size, int write) {
    ThreeNodes nodes = new ThreeNodes(new Quorum(size, write, false));
    push(nodes, FIRST_VALUE);
    nodes.run(ThreeNodes.SECOND);
    for (int node = 1; node < size; node++) {
      nodes.network.cut(0, node);
    }
    push(nodes, LAST_VALUE);
    nodes.run(ThreeNodes.SECOND);
    nodes.crash(0);
    nodes.run(ThreeNodes.SECOND);
    nodes.network.heal();
    nodes.start(0);
    List<ReadResult> shown = new ArrayList<>();
    for (int turn = 0; turn < 200; turn++) {
      var unused = nodes.life(0).groups.read().thenAccept(shown::add);
      nodes.run(ThreeNodes.SECOND / 20);
      boolean isShown =
          shown.stream()
              .filter(ReadResult.Fresh.class::isInstance)
              .anyMatch(result -> current(result) == LAST_VALUE);
      if (isShown) {
        for (int node = 1; node < size; node++) {
          ReadResult result = read(nodes, node);
          assertTrue(!(result instanceof ReadResult.Fresh) || current(result) == LAST_VALUE);
        }
        return;
      }
    }
    throw new AssertionError("never shown: " + nodes.life(0).replica.status());
  }

  private static void push(ThreeNodes nodes, int value) {
    nodes.submit(
        0, ThreeNodes.push("job", "# TYPE value gauge\nvalue " + value + "\n"), new ArrayList<>());
  }

  private static ReadResult read(ThreeNodes nodes, int node) {
    List<ReadResult> results = new ArrayList<>();
    var unused = nodes.life(node).groups.read().thenAccept(results::add);
    nodes.run(2 * ThreeNodes.SECOND);
    return results.get(0);
  }

  private static int current(ReadResult result) {
    ReadResult.Fresh fresh = assertInstanceOf(ReadResult.Fresh.class, result);
    return ShownValues.of(fresh.exposition()).getOrDefault("job", 0);
  }
}
