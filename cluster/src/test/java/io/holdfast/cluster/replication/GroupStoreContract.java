package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Change;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Selection;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The promises of {@link GroupStore}, kept by every store. */
abstract class GroupStoreContract {

  /** The store that is tested; a ready one, and empty. */
  abstract GroupStore store();

  /** Drives the store until the future is done. */
  abstract <T> T await(CompletableFuture<T> future);

  /** Lets the process of the store die, and opens its disk again. */
  abstract GroupStore reopenedAfterCrash();

  private static Change push(String job, int value) {
    return ThreeNodes.push(job, "# TYPE value gauge\nvalue " + value + "\n");
  }

  private void apply(Change change) {
    assertInstanceOf(WriteOutcome.Applied.class, await(store().submit(change)));
  }

  @Test
  void appliedChange_isInTheNextExposition() {
    CompletableFuture<Map<String, Integer>> shown =
        store().submit(push("a", 1)).thenApply(outcome -> ShownValues.of(store().exposition()));
    assertEquals(Map.of("a", 1), await(shown));
  }

  @Test
  void appliedChange_isThereAfterACrash() {
    apply(push("a", 1));
    apply(push("b", 2));
    apply(new Change.Delete(ThreeNodes.key("a")));
    assertEquals(Map.of("b", 2), ShownValues.of(reopenedAfterCrash().exposition()));
  }

  @Test
  void orderOfSubmission_isOrderOfEffect() {
    List<CompletableFuture<WriteOutcome>> outcomes = new ArrayList<>();
    for (int value = 1; value <= 20; value++) {
      outcomes.add(store().submit(push("a", value)));
      outcomes.add(store().submit(push("gone", value)));
    }
    outcomes.add(store().submit(new Change.Delete(ThreeNodes.key("gone"))));
    outcomes.forEach(outcome -> assertInstanceOf(WriteOutcome.Applied.class, await(outcome)));
    assertEquals(Map.of("a", 20), ShownValues.of(store().exposition()));
  }

  @Test
  void wipe_deletesEverything() {
    apply(push("a", 1));
    apply(new Change.Wipe());
    assertEquals(0, store().exposition().groups());
    apply(push("b", 2));
    assertEquals(Map.of("b", 2), ShownValues.of(store().exposition()));
  }

  @Test
  void deleteOfAGroupThatIsNotThere_isApplied() {
    apply(new Change.Delete(ThreeNodes.key("never")));
    assertEquals(0, store().exposition().groups());
  }

  @Test
  void inconsistentPush_isRejected_andLeavesItsFailureTimeAlone() {
    apply(push("a", 1));
    Change wrong = ThreeNodes.push("b", "# TYPE value counter\nvalue 2\n");
    assertInstanceOf(WriteOutcome.Rejected.class, await(store().submit(wrong)));
    assertEquals(Map.of("a", 1), ShownValues.of(store().exposition()));
    assertTrue(store().exposition().failureReason(ThreeNodes.key("b")).isPresent());
  }

  @Test
  void changeThatComesTooLate_isUnavailable_andLeavesNothing() {
    WriteOutcome outcome = await(store().submit(push("a", 1), () -> true));
    assertInstanceOf(WriteOutcome.Unavailable.class, outcome);
    assertEquals(0, store().exposition().groups());
  }

  @Test
  void read_showsWhatWasAcknowledged() {
    apply(push("a", 1));
    ReadResult.Fresh read = assertInstanceOf(ReadResult.Fresh.class, await(store().read()));
    assertEquals(Map.of("a", 1), ShownValues.of(read.exposition()));
  }

  @Test
  void readSnapshot_showsTheMessagesOfWhatWasAcknowledged_andNothingLater() {
    apply(push("a", 1));
    SnapshotRead.Fresh read =
        assertInstanceOf(SnapshotRead.Fresh.class, await(store().readSnapshot()));
    try (Snapshot snapshot = read.snapshot()) {
      apply(push("a", 2));
      assertEquals(Map.of("a", 1), ShownValues.of(snapshot));
    }
  }

  @Test
  void selectedGroups_areDeleted_andAPushAfterTheSelectionStays() {
    apply(push("a", 1));
    apply(push("b", 1));
    apply(push("c", 1));
    Selection.Selected selected =
        assertInstanceOf(
            Selection.Selected.class,
            await(
                store()
                    .select(
                        shown -> shown.select(group -> !group.key().equals(ThreeNodes.key("c"))),
                        () -> false,
                        Runnable::run)));
    assertEquals(2, selected.groups().size());
    apply(push("b", 2));
    WriteOutcome outcome = await(store().delete(selected.groups(), () -> false));
    assertInstanceOf(WriteOutcome.Applied.class, outcome);
    assertEquals(Map.of("b", 2, "c", 1), ShownValues.of(store().exposition()));
    assertEquals(Map.of("b", 2, "c", 1), ShownValues.of(reopenedAfterCrash().exposition()));
  }

  @Test
  void selectionThatComesTooLate_isRefused() {
    apply(push("a", 1));
    assertInstanceOf(
        Selection.Unavailable.class,
        await(store().select(shown -> shown.select(group -> true), () -> true, Runnable::run)));
  }

  @Test
  void closedStore_takesNoChange_andShowsItsLastExposition() {
    apply(push("a", 1));
    store().close();
    store().close();
    WriteOutcome outcome = await(store().submit(push("a", 2)));
    assertInstanceOf(WriteOutcome.Unavailable.class, outcome);
    assertEquals(Map.of("a", 1), ShownValues.of(store().exposition()));
  }
}
