package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Selection;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Deletes by selector in a cluster: what a node selects, and what becomes of it on the others. */
final class GroupSelectionTest {
  private static final long SECOND = ThreeNodes.SECOND;

  private final ThreeNodes cluster = new ThreeNodes();

  @Test
  void anyNode_selectsWhatWasAcknowledgedThroughAnother_andAllNodesDelete() {
    push(0, "a", 1);
    push(1, "b", 1);
    SelectedGroups selected = selected(2);
    assertEquals(2, selected.size());
    delete(2, selected);
    for (int node = 0; node < 3; node++) {
      assertEquals(0, cluster.life(node).store.exposition().groups());
    }
    assertEquals(1, IntStream.range(0, 3).mapToLong(cluster::digest).distinct().count());
  }

  @Test
  void pushThroughAnotherNode_afterTheSelection_survives() {
    push(0, "a", 1);
    push(0, "b", 1);
    SelectedGroups selected = selected(2);
    push(1, "a", 2);
    delete(2, selected);
    cluster.run(SECOND);
    for (int node = 0; node < 3; node++) {
      assertEquals(Map.of("a", 2), ShownValues.of(cluster.life(node).store.exposition()));
    }
  }

  @Test
  void nodeThatWasAway_deletesWhatWasSelectedMeanwhile() {
    push(0, "a", 1);
    push(0, "b", 1);
    cluster.crash(1);
    cluster.run(SECOND);
    delete(2, selected(2));
    push(0, "a", 2);
    cluster.start(1);
    cluster.run(20 * SECOND);
    assertEquals(Map.of("a", 2), ShownValues.of(cluster.life(1).store.exposition()));
    assertEquals(1, IntStream.range(0, 3).mapToLong(cluster::digest).distinct().count());
  }

  @Test
  void nodeThatIsCutOff_selectsNothing() {
    push(0, "a", 1);
    cluster.network.cut(2, 0);
    cluster.network.cut(2, 1);
    for (long seconds : new long[] {1, 4, 20}) {
      cluster.run(seconds * SECOND);
      assertInstanceOf(Selection.Unavailable.class, select(2));
    }
  }

  @Test
  void nodeThatFreezes_whileItSelects_selectsNothing() {
    push(0, "a", 1);
    List<Selection> selections = begin(2);
    cluster.freeze(2, 5 * SECOND);
    // The client gives up, and goes on through another node.
    cluster.run(4 * SECOND);
    push(0, "a", 2);
    cluster.run(10 * SECOND);
    assertInstanceOf(Selection.Unavailable.class, selections.get(0));
  }

  @Test
  void nodeThatWasFrozen_refusesSelections_thatWaitedInItsSockets() {
    push(0, "a", 1);
    cluster.freeze(2, 5 * SECOND);
    cluster.run(5 * SECOND + SECOND / 20);
    assertInstanceOf(Selection.Unavailable.class, select(2));
    cluster.run(2 * SECOND);
    assertEquals(1, selected(2).size());
  }

  private Selection select(int node) {
    List<Selection> selections = begin(node);
    cluster.run(2 * SECOND);
    assertEquals(1, selections.size());
    return selections.get(0);
  }

  private List<Selection> begin(int node) {
    List<Selection> selections = new ArrayList<>();
    var unused =
        cluster
            .life(node)
            .groups
            .select(shown -> shown.select(group -> true), () -> false, Runnable::run)
            .thenAccept(selections::add);
    return selections;
  }

  private SelectedGroups selected(int node) {
    return assertInstanceOf(Selection.Selected.class, select(node)).groups();
  }

  private void delete(int node, SelectedGroups groups) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    var unused = cluster.life(node).groups.delete(groups, () -> false).thenAccept(outcomes::add);
    cluster.run(SECOND);
    assertEquals(1, outcomes.size());
    assertInstanceOf(WriteOutcome.Applied.class, outcomes.get(0));
  }

  private void push(int node, String job, int value) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    String body = "# TYPE value gauge\nvalue " + value + "\n";
    cluster.submit(node, ThreeNodes.push(job, body), outcomes);
    cluster.run(SECOND);
    assertTrue(outcomes.size() == 1 && outcomes.get(0) instanceof WriteOutcome.Applied);
  }
}
