package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.storage.Change;
import io.holdfast.storage.ReadResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A delete that one node alone had, and brings when it is older than the retention. */
final class LateDeleteTest {
  @ParameterizedTest
  @ValueSource(ints = {20, 25, 30})
  void deleteOlderThanTheRetention_onceShown_staysShown(int secondsAway) {
    ThreeNodes nodes = new ThreeNodes(new Quorum(3, 2, false), Duration.ofSeconds(15));
    nodes.submit(0, ThreeNodes.push("job", "# TYPE value gauge\nvalue 1\n"), new ArrayList<>());
    nodes.run(ThreeNodes.SECOND);
    nodes.network.cut(1, 0);
    nodes.network.cut(1, 2);
    nodes.submit(1, new Change.Delete(ThreeNodes.key("job")), new ArrayList<>());
    nodes.run(ThreeNodes.SECOND / 10);
    nodes.crash(1);
    nodes.run(secondsAway * ThreeNodes.SECOND);
    nodes.network.heal();
    nodes.network.cut(2, 0);
    nodes.network.cut(2, 1);
    nodes.start(1);
    boolean wasShown = false;
    for (int turn = 0; turn < 600; turn++) {
      if (turn == 200) {
        nodes.network.heal();
      }
      List<ReadResult> results = new ArrayList<>();
      var unused = nodes.life(turn % 3).groups.read().thenAccept(results::add);
      nodes.run(ThreeNodes.SECOND / 20);
      for (ReadResult result : results) {
        if (result instanceof ReadResult.Fresh fresh) {
          boolean isShown = !ShownValues.of(fresh.exposition()).containsKey("job");
          assertFalse(wasShown && !isShown, "the deleted value is back");
          wasShown = isShown;
        }
      }
    }
    assertTrue(wasShown);
  }

  /**
   * With a write quorum of all, a node that starts alone is fresh at once. That says nothing of
   * deletes that were never acknowledged.
   */
  @Test
  void nodeThatMissedDelete_andStartsAlone_bringsNothingBack() {
    ThreeNodes nodes = new ThreeNodes(new Quorum(3, 3, false), Duration.ofSeconds(15));
    nodes.submit(0, ThreeNodes.push("job", "# TYPE value gauge\nvalue 1\n"), new ArrayList<>());
    nodes.run(ThreeNodes.SECOND);
    nodes.network.cut(1, 0);
    nodes.network.cut(1, 2);
    nodes.submit(2, new Change.Delete(ThreeNodes.key("job")), new ArrayList<>());
    // The clock of the node goes on, beyond the version of the delete.
    nodes.run(4 * ThreeNodes.SECOND);
    nodes.crash(1);
    nodes.run(40 * ThreeNodes.SECOND);
    nodes.start(1);
    nodes.run(3 * ThreeNodes.SECOND);
    nodes.network.heal();
    nodes.run(15 * ThreeNodes.SECOND);
    for (int node = 0; node < 3; node++) {
      assertFalse(
          ShownValues.of(nodes.life(node).store.exposition()).containsKey("job"), "node " + node);
    }
  }
}
