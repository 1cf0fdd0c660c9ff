package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.storage.Change;
import io.holdfast.storage.Rejection;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.Comparator;
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

  @Test
  void pushesOfOneGroupAtOnce_succeed_butAnOvertakenOneWithATimeToLiveIsRefused() {
    assertEquals(List.of(WriteOutcome.Applied.class, WriteOutcome.Applied.class), pushTwice(0));
    assertEquals(
        List.of(WriteOutcome.Applied.class, WriteOutcome.Unavailable.class), pushTwice(60_000));
  }

  /** Returns the kinds of outcome, by name. Each node alone can confirm the other's push. */
  private static List<Class<?>> pushTwice(long ttlMillis) {
    ThreeNodes nodes = new ThreeNodes();
    nodes.freeze(2, 3 * ThreeNodes.SECOND);
    List<WriteOutcome> outcomes = new ArrayList<>();
    Change first = ThreeNodes.push("job", "# TYPE m gauge\nm 1\n");
    Change second = ThreeNodes.push("job", "# TYPE m gauge\nm 2\n");
    nodes.submit(0, Change.withTtl(first, ttlMillis), outcomes);
    nodes.submit(1, Change.withTtl(second, ttlMillis), outcomes);
    nodes.run(2 * ThreeNodes.SECOND);
    return outcomes.stream()
        .<Class<?>>map(Object::getClass)
        .sorted(Comparator.comparing(Class::getName))
        .toList();
  }
}
