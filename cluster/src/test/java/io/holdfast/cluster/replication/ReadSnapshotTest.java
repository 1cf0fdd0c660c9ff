package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Change;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Readers of whole messages, while the node that they ask loses the others. */
final class ReadSnapshotTest {
  private static final long MILLI = 1_000_000L;

  @Test
  void freshSnapshot_showsWhatWasAcknowledgedElsewhere() {
    ThreeNodes nodes = new ThreeNodes();
    acknowledge(nodes, 1, 7);
    assertEquals(Map.of("job", 7), read(nodes, 0));
    assertEquals(Map.of("job", 7), read(nodes, 2));
  }

  private static void acknowledge(ThreeNodes nodes, int node, int value) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    nodes.submit(node, push(value), outcomes);
    nodes.run(ThreeNodes.SECOND);
    assertInstanceOf(WriteOutcome.Applied.class, outcomes.get(0));
  }

  private static Change push(int value) {
    return ThreeNodes.push("job", "# TYPE value gauge\nvalue " + value + "\n");
  }

  private static Map<String, Integer> read(ThreeNodes nodes, int node) {
    List<SnapshotRead> results = new ArrayList<>();
    var unused = nodes.life(node).groups.readSnapshot().thenAccept(results::add);
    nodes.run(ThreeNodes.SECOND);
    return ShownValues.of(assertInstanceOf(SnapshotRead.Fresh.class, results.get(0)).snapshot());
  }

  /**
   * The node is known to be fresh, then a change comes onto its disk and no other, then the
   * snapshot is taken. A reader that sees the change could see an older value on another node
   * afterwards.
   */
  @Test
  void changeOnNoOtherDisk_isNotShownAsFresh_wheneverItComes() {
    ThreeNodes nodes = new ThreeNodes();
    int current = 0;
    int unavailable = 0;
    acknowledge(nodes, 0, 1);
    for (int millis = 0; millis < 40; millis += 2) {
      List<SnapshotRead> results = new ArrayList<>();
      var unused = nodes.life(0).groups.readSnapshot().thenAccept(results::add);
      nodes.run(millis * MILLI);
      nodes.network.cut(0, 1);
      nodes.network.cut(0, 2);
      List<WriteOutcome> outcomes = new ArrayList<>();
      nodes.submit(0, push(100 + millis), outcomes);
      nodes.run(2 * ThreeNodes.SECOND);

      assertEquals(1, results.size());
      if (results.get(0) instanceof SnapshotRead.Fresh result) {
        current++;
        assertEquals(Map.of("job", millis + 1), ShownValues.of(result.snapshot()));
      } else {
        unavailable++;
      }
      nodes.network.heal();
      nodes.run(15 * ThreeNodes.SECOND);
      acknowledge(nodes, 1, millis + 3);
    }
    assertTrue(
        current > 0 && unavailable > 0, current + " current, " + unavailable + " unavailable");
  }
}
