package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.holdfast.storage.MemoryStore.Told;
import io.holdfast.storage.MergeOutcome.Merged;
import io.holdfast.testkit.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The laws of replication: whatever was changed on which node, and however the news came around,
 * nodes that have all of it are the same, to the byte.
 */
class ReplicatedStateTest {
  private static final int CASES = 300;
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");

  @TempDir private Path temp;

  /** Nodes whose clocks differ change the same few groups, and hear of each other now and then. */
  private static final class World {
    final List<MemoryStore> nodes =
        List.of(new MemoryStore(-3), new MemoryStore(1), new MemoryStore(2));
    final List<Told> told = new ArrayList<>();
    final RandomGenerator random;

    World(long seed, int steps) {
      random = Seed.random(seed);
      RandomPushes pushes = new RandomPushes(random, true);
      List<SelectedGroups> selected = new ArrayList<>();
      for (MemoryStore node : nodes) {
        node.millis += random.nextInt(-300, 300);
      }
      for (int i = 0; i < steps; i++) {
        MemoryStore node = nodes.get(random.nextInt(nodes.size()));
        node.millis += random.nextInt(-5, 30);
        if (random.nextInt(10) == 0) {
          told.add(node.apply(new Change.Expire(node.millis, random.nextInt(1, 3))));
        } else if (random.nextInt(8) == 0) {
          selected.add(node.exposition().select(group -> random.nextInt(3) > 0));
        } else if (!selected.isEmpty() && random.nextInt(8) == 0) {
          // Any node deletes what any node has selected, once or several times.
          SelectedGroups groups = selected.get(random.nextInt(selected.size()));
          told.add(node.apply(new Change.DeleteSelected(groups)));
        } else if (random.nextInt(3) > 0) {
          told.add(node.apply(pushes.next()));
        } else if (!told.isEmpty()) {
          node.merge(told.get(random.nextInt(told.size())).request());
        }
      }
    }

    /** All changes, in any order, some of them twice. */
    List<Told> shuffled() {
      List<Told> shuffled = new ArrayList<>(told);
      for (Told each : told) {
        if (random.nextInt(3) == 0) {
          shuffled.add(each);
        }
      }
      Collections.shuffle(shuffled, new Random(random.nextLong()));
      return shuffled;
    }

    MemoryStore another() {
      MemoryStore another = new MemoryStore(9);
      shuffled().forEach(each -> another.merge(each.request()));
      return another;
    }
  }

  private static void assertSame(MemoryStore expected, MemoryStore actual, long seed) {
    assertEquals(expected.describe(), actual.describe(), Seed.message(seed));
    assertEquals(expected.digest(), actual.digest(), Seed.message(seed));
    assertEquals(
        expected.reader().digest().getGroups(),
        actual.reader().digest().getGroups(),
        Seed.message(seed));
  }

  @Test
  void changes_inAnyOrderAndRepetition_leadToTheSameState() {
    int conflicts = 0;
    int tombstones = 0;
    int visible = 0;
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      World world = new World(seed, 40);
      MemoryStore first = world.another();
      for (MemoryStore node : world.nodes) {
        world.shuffled().forEach(each -> node.merge(each.request()));
        assertSame(first, node, seed);
      }
      assertSame(first, world.another(), seed);
      conflicts += first.state().groups().exposition().shadowedSeries() > 0 ? 1 : 0;
      tombstones += first.state().groups().tombstones().isEmpty() ? 0 : 1;
      visible += first.state().groups().size() > 1 ? 1 : 0;
    }
    // Or the cases would show nothing.
    assertTrue(conflicts > CASES / 10, conflicts + " with conflicts");
    assertTrue(tombstones > CASES / 4, tombstones + " with tombstones");
    assertTrue(visible > CASES / 4, visible + " with groups");
  }

  @Test
  void lostChanges_areRepaired_byDigestListingAndStates() {
    int differing = 0;
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      World world = new World(seed, 40);
      MemoryStore first = world.nodes.get(0);
      differing += first.digest() == world.nodes.get(1).digest() ? 0 : 1;
      world.nodes.forEach(first::copyFrom);
      for (MemoryStore node : world.nodes) {
        node.copyFrom(first);
        assertSame(first, node, seed);
      }
      // What was lost may arrive yet: it changes nothing.
      world.shuffled().forEach(each -> first.merge(each.request()));
      assertSame(world.nodes.get(1), first, seed);
      assertSame(world.another(), first, seed);
    }
    assertTrue(differing > CASES / 2, differing + " differed at all");
  }

  @Test
  void records_areTheWholeState() {
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      World world = new World(seed, 40);
      for (MemoryStore node : world.nodes) {
        MemoryStore reopened = node.reopened();
        assertSame(node, reopened, seed);
        world.told.forEach(each -> reopened.merge(each.request()));
        assertSame(world.another(), reopened, seed);
      }
    }
  }

  @Test
  void rocksDb_endsWithTheSameState_andHasItAfterARestart() throws StoreException {
    for (int i = 0; i < 5; i++) {
      long seed = Seed.ofCase(i);
      World world = new World(seed, 60);
      MemoryStore expected = world.another();
      try (StoreFixture fixture = new StoreFixture(temp.resolve("store" + i))) {
        try (RocksGroupStore store = fixture.openReplicated()) {
          world.shuffled().stream()
              .map(each -> store.merge(each.request()))
              .toList()
              .forEach(each -> assertInstanceOf(Merged.class, StoreFixture.answer(each)));
          assertShows(expected, store, seed);
        }
        assertShows(expected, fixture.openReplicated(), seed);
      }
    }
  }

  private static void assertShows(MemoryStore expected, RocksGroupStore store, long seed) {
    assertEquals(expected.text(), StoreFixture.text(store), Seed.message(seed));
    assertEquals(expected.digest(), store.replicaState().digest(), Seed.message(seed));
    assertEquals(
        expected.reader().digest().getBucketsList(),
        StoreFixture.answer(store.digest()).getBucketsList(),
        Seed.message(seed));
    assertEquals(expected.state().groups().size(), store.exposition().groups());
  }

  /** Three nodes that know nothing of each other, one after the other by their clocks. */
  private static List<Told> beforeDuringAndAfter(Change delete) {
    MemoryStore before = new MemoryStore(3);
    MemoryStore during = new MemoryStore(2);
    MemoryStore after = new MemoryStore(1);
    during.millis += 10;
    after.millis += 20;
    return List.of(
        before.apply(Pushes.put(A, "old 1\n")),
        before.apply(Pushes.post(A, "older 1\n")),
        during.apply(delete),
        after.apply(Pushes.post(A, "new 1\n")));
  }

  private static void inEveryOrder(List<Told> told, Consumer<MemoryStore> check) {
    inEveryOrder(told, List.of(), check);
  }

  private static void inEveryOrder(List<Told> left, List<Told> taken, Consumer<MemoryStore> check) {
    if (left.isEmpty()) {
      MemoryStore store = new MemoryStore(4);
      taken.forEach(each -> store.merge(each.request()));
      check.accept(store);
    }
    for (Told each : left) {
      List<Told> without = new ArrayList<>(left);
      without.remove(each);
      List<Told> with = new ArrayList<>(taken);
      with.add(each);
      inEveryOrder(without, with, check);
    }
  }

  private static String names(MemoryStore store) {
    StringBuilder names = new StringBuilder();
    store
        .text()
        .lines()
        .filter(line -> !line.startsWith("#") && !line.startsWith("push"))
        .forEach(line -> names.append(line.replaceAll("[{].*", " ")));
    return names.toString();
  }

  @Test
  void delete_keepsAwayWhatIsOlder_andWhatIsNewerSurvives_inEveryOrder() {
    inEveryOrder(
        beforeDuringAndAfter(new Change.Delete(A)), store -> assertEquals("new ", names(store)));
    inEveryOrder(
        beforeDuringAndAfter(new Change.Delete(A)).subList(0, 3),
        store -> {
          assertEquals("", store.text());
          assertEquals(List.of(A), List.copyOf(store.state().groups().tombstones()));
        });
  }

  @Test
  void wipe_keepsAwayWhatIsOlder_andWhatIsNewerSurvives_inEveryOrder() {
    inEveryOrder(
        beforeDuringAndAfter(new Change.Wipe()),
        store -> {
          assertEquals("new ", names(store));
          assertEquals(store.digest(), store.reopened().digest());
        });
    inEveryOrder(
        beforeDuringAndAfter(new Change.Wipe()).subList(0, 3),
        store -> {
          assertEquals("", store.text());
          // The wipe stands for all of them.
          assertEquals(List.of(), store.state().groups().keys());
          assertTrue(store.records.hasNoGroups());
        });
  }

  /** A PUT is a delete of families alone: the push times stay. */
  @Test
  void put_keepsAwayOlderFamilies_inEveryOrder() {
    inEveryOrder(
        beforeDuringAndAfter(Pushes.put(A, "put 1\n")),
        store -> assertEquals("new put ", names(store)));
  }

  @Test
  void ownChange_isAboveEverythingThatWasMerged() {
    MemoryStore fast = new MemoryStore(1);
    fast.millis += 60_000;
    MemoryStore slow = new MemoryStore(2);
    slow.merge(fast.apply(Pushes.put(A, "fast 1\n")).request());
    fast.merge(slow.apply(Pushes.put(A, "slow 1\n")).request());
    assertEquals("slow ", names(fast));
    assertEquals(fast.describe(), slow.describe());
  }

  @Test
  void offsets_riseWithoutGaps_andNeverFall() {
    MemoryStore from = new MemoryStore(1);
    List<Told> told = new ArrayList<>();
    for (int n = 1; n <= 5; n++) {
      told.add(from.apply(Pushes.put(A, "m " + n + "\n")));
      assertEquals(n, told.get(n - 1).first());
    }
    long logId = told.get(0).logId();
    assertEquals(5, from.state().offset(logId));
    MemoryStore to = new MemoryStore(2);
    to.merge(told.get(1).request());
    assertEquals(Map.of(), MemoryStore.reached(to.state().replicaState()));
    // Merged all the same.
    assertTrue(to.text().contains("m{instance=\"\",job=\"a\"} 2\n"));
    to.merge(told.get(0).request());
    // And it counts now.
    assertEquals(Map.of(logId, 2L), MemoryStore.reached(to.state().replicaState()));
    to.merge(told.get(3).request());
    assertEquals(2, to.state().offset(logId));
    to.merge(together(told.subList(1, 4)).request());
    assertEquals(4, to.state().offset(logId));
    to.merge(together(told.subList(0, 2)).request());
    assertEquals(4, to.state().offset(logId));
    to.merge(together(told.subList(2, 5)).request());
    assertEquals(5, to.state().offset(logId));
  }

  private static Told together(List<Told> told) {
    List<ByteString> changes = told.stream().flatMap(each -> each.changes().stream()).toList();
    return new Told(told.get(0).logId(), told.get(0).first(), changes);
  }

  @Test
  void offsets_ofAnotherNode_areTaken_whereTheyAreHigher() {
    MemoryStore from = new MemoryStore(1);
    MemoryStore to = new MemoryStore(2);
    Told first = from.apply(Pushes.put(A, "m 1\n"));
    to.merge(first.request());
    to.merge(MergeRequest.ofVersionVector(Map.of(first.logId(), 7L, 55L, 3L)));
    to.merge(MergeRequest.ofVersionVector(Map.of(first.logId(), 6L, 55L, 2L)));
    assertEquals(
        Map.of(first.logId(), 7L, 55L, 3L), MemoryStore.reached(to.state().replicaState()));
    // States leave no word on where they come from.
    to.merge(MergeRequest.ofStates(ReceivedStates.decode(first.changes())));
    assertEquals(
        Map.of(first.logId(), 7L, 55L, 3L), MemoryStore.reached(to.state().replicaState()));
  }

  @Test
  void changeThatComesAgain_writesNothing() {
    MemoryStore from = new MemoryStore(1);
    MemoryStore to = new MemoryStore(2);
    Told put = from.apply(Pushes.put(A, "m 1\nn 1\n"));
    Told delete = from.apply(new Change.Delete(B));
    to.merge(put.request());
    to.merge(delete.request());
    to.records.clear();
    to.merge(put.request());
    to.merge(delete.request());
    assertTrue(to.records.isEmpty());
  }

  /** All others have had the delete, so nothing older can come any more. */
  @Test
  void deleteThatWasPurged_isNotTakenInAgain_butANewerOneIs() {
    MemoryStore from = new MemoryStore(1);
    MemoryStore to = new MemoryStore(2);
    Told delete = from.apply(new Change.Delete(A));
    long deletedAt = from.state().clock().last();
    to.merge(delete.request());
    to.purge(deletedAt - 1);
    assertEquals(List.of(A), to.state().groups().keys());
    assertEquals(0, to.state().metadata().collectedWatermark());
    to.purge(deletedAt + 1_000);
    assertEquals(List.of(), to.state().groups().keys());
    assertEquals(deletedAt, to.state().metadata().collectedWatermark());
    assertEquals(new MemoryStore(3).digest(), to.digest());
    to.merge(delete.request());
    assertEquals(List.of(), to.state().groups().keys());
    to.merge(from.apply(new Change.Delete(A)).request());
    assertEquals(List.of(A), to.state().groups().keys());
  }

  @Test
  void purgedDelete_thatIsMergedIntoALivingGroup_stillDeletes() {
    MemoryStore from = new MemoryStore(1);
    MemoryStore to = new MemoryStore(2);
    to.merge(from.apply(Pushes.put(A, "m 1\n")).request());
    Told deleteA = from.apply(new Change.Delete(A));
    to.merge(from.apply(new Change.Delete(B)).request());
    to.purge(Long.MAX_VALUE);
    to.merge(deleteA.request());
    assertEquals("", to.text());
  }

  @Test
  void whatIsNoState_isRefused() {
    MemoryStore from = new MemoryStore(1);
    ByteString whole = from.apply(Pushes.put(A, "m 1\n")).changes().get(0);
    ByteString torn = whole.substring(0, whole.size() - 1);
    assertThrows(IllegalArgumentException.class, () -> ReceivedStates.decode(List.of(whole, torn)));
    ByteString noKey = ByteString.copyFrom(new byte[] {0x0a, 0x02, 'j', 'o'});
    assertThrows(IllegalArgumentException.class, () -> ReceivedStates.decode(List.of(noKey)));
  }
}
