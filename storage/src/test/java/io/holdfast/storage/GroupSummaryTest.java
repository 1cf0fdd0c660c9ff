package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of groups without reading their metrics, and why their pushes failed. */
class GroupSummaryTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final String TIMESTAMP = "m 1 1234567\n";
  private static final String REASON =
      "pushed metrics must not have timestamps, but m{} has timestamp 1234567";

  @TempDir private Path temp;
  private StoreFixture fixture;
  private RocksGroupStore store;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(temp.resolve("store"));
    store = fixture.open();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private GroupSummary summary(GroupKey key) {
    return store.exposition().summary(key).orElseThrow();
  }

  @Test
  void summaries_areOfAllGroups_inOrder_withTheirPushTimes() {
    StoreFixture.apply(store, Pushes.put(B, "m 1\n"));
    StoreFixture.submit(store, Pushes.put(A, TIMESTAMP));

    List<GroupSummary> summaries = store.exposition().summaries();

    assertEquals(List.of(A, B), summaries.stream().map(GroupSummary::key).toList());
    assertEquals(Optional.empty(), summaries.get(0).lastPush());
    assertEquals(0, summaries.get(0).lastPushMillis());
    assertEquals(
        Optional.of(Instant.ofEpochSecond(0, Pushes.NANOS)), summaries.get(0).lastFailure());
    assertFalse(summaries.get(0).isLastPushSuccessful());
    assertEquals(Optional.of(Instant.ofEpochSecond(0, Pushes.NANOS)), summaries.get(1).lastPush());
    assertEquals(Optional.empty(), summaries.get(1).lastFailure());
    assertTrue(summaries.get(1).lastPushMillis() > 0);
    assertTrue(summaries.get(1).isLastPushSuccessful());
    assertEquals(List.of(), Exposition.empty().summaries());
  }

  @Test
  void reason_isKept_throughARestart_andLaterPushes_untilTheGroupGoes() {
    StoreFixture.submit(store, Pushes.put(A, TIMESTAMP));
    assertEquals(Optional.of(REASON), store.exposition().failureReason(A));

    StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
    store.close();
    store = fixture.open();

    assertEquals(Optional.of(REASON), store.exposition().failureReason(A));
    assertEquals(Optional.empty(), store.exposition().failureReason(B));
    assertEquals(Optional.of(REASON), readReason());
    StoreFixture.apply(store, new Change.Delete(A));
    assertEquals(Optional.empty(), store.exposition().failureReason(A));
  }

  private Optional<String> readReason() {
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot());
        GroupReader reader = snapshot.group(A)) {
      return Optional.ofNullable(reader.next()).map(StoredGroup::lastFailureReason);
    }
  }

  @Test
  void reason_isThatOfTheLastFailure() {
    StoreFixture.submit(store, Pushes.put(A, TIMESTAMP));
    StoreFixture.apply(store, Pushes.put(B, "# TYPE m counter\nm 1\n"));
    StoreFixture.submit(store, Pushes.put(A, "# TYPE m gauge\nm 1\n"));

    String reason = store.exposition().failureReason(A).orElseThrow();

    assertTrue(reason.contains("{job=\"b\"}"), reason);
    assertFalse(summary(A).isLastPushSuccessful());
  }

  @Test
  void reason_isBounded_andSplitsNoCharacter() {
    StoreFixture.submit(store, Pushes.put(A, "m{l=\"" + "\uD83D\uDE00".repeat(500) + "\"} 1 1\n"));

    String reason = store.exposition().failureReason(A).orElseThrow();

    assertTrue(reason.length() <= PushStamp.MAX_REASON_LENGTH, () -> "" + reason.length());
    assertTrue(reason.endsWith("\uDE00\u2026"), reason);
  }

  @Test
  void replicatedFailure_bringsItsReason() {
    MemoryStore one = new MemoryStore(1);
    MemoryStore other = new MemoryStore(2);
    MergeRequest changes =
        MergeRequest.ofChanges(
            1, 1, ReceivedStates.decode(one.apply(Pushes.put(A, TIMESTAMP)).changes()));

    other.merge(changes);

    assertEquals(Optional.of(REASON), other.exposition().failureReason(A));
  }
}
