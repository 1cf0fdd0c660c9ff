package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.storage.Rejection;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two nodes that take pushes which conflict, each before it has heard of the other's. */
final class ConflictTest {
  @Test
  void conflictingPushesAtOnce_oneIsTold_andAllNodesShowTheOther() {
    ThreeNodes nodes = new ThreeNodes();
    List<WriteOutcome> outcomes = new ArrayList<>();
    nodes.submit(0, ThreeNodes.push("one", "# TYPE m gauge\nm 1\n"), outcomes);
    nodes.submit(1, ThreeNodes.push("two", "# TYPE m counter\nm 2\n"), outcomes);
    nodes.run(2 * ThreeNodes.SECOND);

    assertEquals(2, outcomes.size());
    assertEquals(1, outcomes.stream().filter(WriteOutcome.Applied.class::isInstance).count());
    List<Rejection.Reason> reasons =
        outcomes.stream()
            .filter(WriteOutcome.Rejected.class::isInstance)
            .map(outcome -> ((WriteOutcome.Rejected) outcome).rejection().reason())
            .toList();
    assertEquals(List.of(Rejection.Reason.CONCURRENT_CONFLICT), reasons);
    assertEquals(1, IntStream.range(0, 3).mapToLong(nodes::digest).distinct().count());
    for (int node = 0; node < 3; node++) {
      assertEquals(1, nodes.life(node).store.exposition().shadowedSeries());
    }
  }
}
