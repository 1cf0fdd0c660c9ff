package io.holdfast.storage;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.GroupDeletes;
import io.holdfast.storage.MemoryStore.Told;
import io.holdfast.storage.SelectedGroups.Selected;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletes of many groups: on one node, and on nodes that hear of each other in any order. */
class DeleteSelectedTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final GroupKey C = Pushes.job("c");
  private static final Version VERSION = new Version(MemoryStore.MILLIS << 16, 7);

  @TempDir private Path temp;

  private static SelectedGroups select(MemoryStore store, GroupKey... keys) {
    return store.exposition().select(group -> Set.of(keys).contains(group.key()));
  }

  private static Told delete(MemoryStore store, SelectedGroups groups) {
    return store.apply(new Change.DeleteSelected(groups));
  }

  private static GroupKey instance(int number) {
    return Pushes.group("instance", "host-%06d.example.com".formatted(number), "job", "web");
  }

  @Test
  void selectedGroups_goInOneChange_withAllTheirFamilies_andOthersStay() {
    MemoryStore one = new MemoryStore(1);
    MemoryStore other = new MemoryStore(2);
    other.merge(one.apply(Pushes.put(A, "m 1\nn 1\n")).request());
    other.merge(one.apply(Pushes.post(A, "o 1\n")).request());
    other.merge(one.apply(Pushes.put(B, "m 1\n")).request());
    other.merge(one.apply(Pushes.put(C, "m 1 1\n")).request());
    Told deleted = delete(one, select(one, A, C));
    assertEquals(1, deleted.changes().size());
    MergeOutcome.Merged merged = other.merge(deleted.request());
    assertEquals(List.of(), merged.superseded());
    assertEquals(List.of(B), one.exposition().summaries().stream().map(GroupSummary::key).toList());
    assertFalse(one.text().contains("job=\"a\""));
    assertEquals(one.describe(), other.describe());
    assertEquals(one.digest(), other.digest());
    assertEquals(one.digest(), other.reopened().digest());
    assertEquals(one.state().offset(deleted.logId()), deleted.first());
  }

  @Test
  void newerPush_survivesTheDelete_inAnyOrder() {
    MemoryStore one = new MemoryStore(1);
    MemoryStore other = new MemoryStore(2);
    other.merge(one.apply(Pushes.put(A, "m 1\nn 1\n")).request());
    SelectedGroups selected = select(one, A);
    Told newer = other.apply(Pushes.post(A, "m 2\n"));
    Told deleted = delete(one, selected);
    one.merge(newer.request());
    assertEquals(List.of(), other.merge(deleted.request()).superseded());
    assertTrue(one.text().contains("m{instance=\"\",job=\"a\"} 2\n"));
    // The push left this family as it was, so the family goes with what was selected.
    assertFalse(one.text().contains("n{"));
    assertEquals(one.describe(), other.describe());
    assertEquals(one.digest(), other.digest());
  }

  @Test
  void pushAfterTheSelection_survives_onTheNodeThatDeletes() {
    MemoryStore one = new MemoryStore(1);
    one.apply(Pushes.put(A, "m 1\n"));
    SelectedGroups selected = select(one, A);
    one.apply(Pushes.put(A, "m 2\n"));
    delete(one, selected);
    assertTrue(one.text().contains("m{instance=\"\",job=\"a\"} 2\n"));
    delete(one, select(one, A));
    assertEquals("", one.text());
  }

  @Test
  void failedPush_countsAmongTheVersionsOfItsGroup() {
    MemoryStore one = new MemoryStore(1);
    one.apply(Pushes.put(A, "m 1\n"));
    one.apply(Pushes.put(A, "m 1 1\n"));
    delete(one, select(one, A));
    assertEquals("", one.text());
    assertEquals(0, one.exposition().groups());
  }

  @Test
  void repeatedDelete_changesNothing_andPushesThatComeLateStayAway() {
    MemoryStore one = new MemoryStore(1);
    Told push = one.apply(Pushes.put(A, "m 1\n"));
    SelectedGroups selected = select(one, A);
    Told first = delete(one, selected);
    Told second = delete(one, selected);
    MemoryStore other = new MemoryStore(2);
    other.merge(second.request());
    other.merge(first.request());
    other.merge(push.request());
    other.records.clear();
    other.merge(first.request());
    assertTrue(other.records.isEmpty());
    assertEquals("", other.text());
    assertEquals(one.describe(), other.describe());
    assertEquals(one.digest(), other.digest());
  }

  @Test
  void tombstone_isAsOldAsTheDelete_notAsThePush() {
    MemoryStore one = new MemoryStore(1);
    Told push = one.apply(Pushes.put(A, "m 1\n"));
    one.millis += 1_000;
    long before = one.apply(Pushes.put(B, "m 1\n")).first();
    assertEquals(2, before);
    long clock = one.state().clock().last();
    delete(one, select(one, A));
    one.purge(clock);
    one.merge(MergeRequest.ofStates(ReceivedStates.decode(push.changes())));
    assertFalse(one.text().contains("job=\"a\""));
    one.purge(one.state().clock().last());
    assertEquals(List.of(B), one.state().groups().keys());
  }

  @Test
  void storeThatIsAlone_keepsNothingOfADelete_andHasItAfterARestart() {
    try (StoreFixture fixture = new StoreFixture(temp.resolve("store"))) {
      try (RocksGroupStore store = fixture.open()) {
        for (int i = 0; i < 50; i++) {
          StoreFixture.submit(store, Pushes.put(instance(i), "m 1\nn 1\n"));
        }
        SelectedGroups selected =
            store.exposition().select(group -> !group.key().equals(instance(7)));
        assertEquals(49, selected.size());
        StoreFixture.submit(store, Pushes.put(instance(3), "m 2\n"));
        assertInstanceOf(
            WriteOutcome.Applied.class,
            StoreFixture.answer(store.submit(new Change.DeleteSelected(selected))));
        assertEquals(2, store.exposition().groups());
      }
      RocksGroupStore again = fixture.open();
      assertEquals(
          List.of(instance(3), instance(7)),
          again.exposition().summaries().stream().map(GroupSummary::key).toList());
    }
  }

  @Test
  void manyGroups_areOneChange_whoseMessageFitsIntoAFrame() {
    List<Selected> groups = new ArrayList<>();
    for (int i = 0; i < SelectedGroups.MAX_GROUPS_PER_CHANGE; i++) {
      groups.add(new Selected(instance(i), new Version(VERSION.clock() + i * 65_537L, i % 3)));
    }
    assertEquals(1, new SelectedGroups(groups).pieces().size());
    groups.add(new Selected(Pushes.job("z"), VERSION));
    List<SelectedGroups> pieces = new SelectedGroups(groups).pieces();
    assertEquals(List.of(groups.size() - 1, 1), pieces.stream().map(SelectedGroups::size).toList());
    assertEquals(List.of(), new SelectedGroups(List.of()).pieces());
    byte[] message = Records.replicated(DeletesMessage.of(pieces.get(0).groups(), VERSION.clock()));
    assertTrue(message.length < 2 << 20, message.length + " bytes");
  }

  @Test
  void longKeys_areCutIntoPieces_ofWhichEachFits() {
    List<Selected> groups = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      GroupKey key = Pushes.job("%05d".formatted(i) + "x".repeat(5_000));
      groups.add(new Selected(key, new Version(VERSION.clock(), i)));
    }
    List<SelectedGroups> pieces = new SelectedGroups(groups).pieces();
    assertTrue(pieces.size() > 1);
    assertEquals(groups, pieces.stream().flatMap(piece -> piece.groups().stream()).toList());
    for (SelectedGroups piece : pieces) {
      long bytes = Records.replicated(DeletesMessage.of(piece.groups(), VERSION.clock())).length;
      assertTrue(
          bytes <= SelectedGroups.MAX_BYTES_PER_CHANGE + 8L * piece.size(), bytes + " bytes");
    }
  }

  @Test
  void message_hasEveryGroup() {
    List<Selected> groups =
        List.of(
            new Selected(A, VERSION),
            new Selected(Pushes.job("ab"), new Version(VERSION.clock() - 5, -1)),
            new Selected(Pushes.group("job", "ab", "x", "ä"), new Version(1, Version.NO_NODE)),
            new Selected(B, new Version(-1, 7)));
    List<Group> read = DeletesMessage.read(DeletesMessage.of(groups, 99));
    assertEquals(
        groups,
        read.stream().map(each -> new Selected(each.key, requireNonNull(each.deletedAt))).toList());
    read.forEach(each -> assertEquals(99, each.expiredAt));
  }

  @Test
  void damagedMessage_isRefused() {
    GroupDeletes good = DeletesMessage.of(List.of(new Selected(A, VERSION)), VERSION.clock());
    for (GroupDeletes bad :
        List.of(
            good.toBuilder().clearNodes().build(),
            good.toBuilder().setNodeIndex(0, -1).build(),
            good.toBuilder().setSharedBytes(0, 1).build(),
            good.toBuilder().setSharedBytes(0, -1).build(),
            good.toBuilder().clearClockStep().build(),
            good.toBuilder().setRest(0, ByteString.copyFromUtf8("job")).build())) {
      ByteString encoded = ByteString.copyFrom(Records.replicated(bad));
      assertThrows(IllegalArgumentException.class, () -> ReceivedStates.decode(List.of(encoded)));
    }
  }
}
