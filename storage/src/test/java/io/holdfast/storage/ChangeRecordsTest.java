package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.disk.RecordWrites;
import io.holdfast.testkit.Seed;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The records that changes leave on the disk, and what a start makes of them. */
class ChangeRecordsTest {
  private static final GroupKey A = Pushes.job("a");

  /**
   * A store over records in a map. Each commit has several changes, as those of the writer have.
   */
  private static final class Recorded {
    final MapRecords records;
    final @Nullable Replicated replicated;
    final StoreState state;
    private final ChangeApplier applier;
    private final StateMerger merger;
    private final RecordWrites writes;
    private final CommitBatch batch;
    long millis = MemoryStore.MILLIS;

    Recorded(MapRecords records, @Nullable Replicated replicated) {
      this.records = records;
      this.replicated = replicated;
      StoreLoader.Loaded loaded = loaded();
      HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(millis), loaded.clock());
      this.state =
          new StoreState(loaded.groups(), clock, loaded.identity(), loaded.metadata(), Map.of());
      this.applier = new ChangeApplier(state);
      this.merger = new StateMerger(state);
      this.writes = records.newWrites();
      this.batch = new CommitBatch(writes);
    }

    private StoreLoader.Loaded loaded() {
      try {
        return new StoreLoader(
                records,
                replicated,
                new StoreLoader.Setting(
                    Path.of("map"),
                    ReservedNames.NONE,
                    Long.MAX_VALUE,
                    new SplittableRandom(1),
                    System::nanoTime))
            .load();
      } catch (StoreException e) {
        throw new AssertionError(e);
      }
    }

    WriteOutcome apply(Change change) {
      return applier.apply(change, batch);
    }

    void merge(ReceivedStates states) {
      merger.merge(MergeRequest.ofStates(states), batch);
    }

    /** As the commit loop does. */
    List<byte[]> commit() {
      List<byte[]> told = batch.replicated();
      if (!batch.isEmpty()) {
        batch.putClock(state.clock().last());
        records.commit(writes);
        batch.clear();
      }
      return told;
    }

    /** The store after a crash. */
    Recorded reopened() {
      Recorded reopened = new Recorded(records.copy(), replicated);
      reopened.millis = millis;
      return reopened;
    }

    void check(String where) {
      LiveRecords.check(state, records, where);
      Recorded reopened = reopened();
      assertEquals(LiveRecords.describe(state), LiveRecords.describe(reopened.state), where);
      assertEquals(
          state.groups().memoryBytes(), reopened.state.groups().memoryBytes(), where + ": heap");
      assertEquals(LiveRecords.onDisk(records), LiveRecords.onDisk(reopened.records), where);
    }
  }

  /** Restores what a push brings, at a time of its own. */
  private static Change restore(Change.Push push, long upTo) {
    TreeMap<String, RestoredGroup.RestoredFamily> families = new TreeMap<>();
    Version version = new Version(MemoryStore.MILLIS << HybridClock.COUNTER_BITS, 3);
    push.families()
        .forEach(
            (name, content) ->
                families.put(
                    name,
                    new RestoredGroup.RestoredFamily(content, push.receivedAtNanos(), version)));
    PushStamp stamp = new PushStamp(version, push.receivedAtNanos() / 1e9, version);
    return new Change.Restore(new RestoredGroup(push.group(), stamp, null, families), upTo);
  }

  private static Change change(RandomPushes pushes, RandomGenerator random, Recorded store) {
    Change change = pushes.next();
    if (random.nextInt(8) == 0) {
      return new Change.DeleteSelected(
          store.state.groups().exposition().select(group -> random.nextBoolean()));
    }
    if (random.nextInt(8) == 0) {
      return new Change.Expire(store.millis, random.nextInt(1, 3));
    }
    return change instanceof Change.Push push && random.nextInt(8) == 0
        ? restore(push, store.state.clock().last())
        : change;
  }

  @Test
  void storeAlone_isAfterEachStartWhatItWas_andHasNoDeadRecords() {
    for (int i = 0; i < 60; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      RandomPushes pushes = new RandomPushes(random, true);
      Recorded store = new Recorded(new MapRecords(), null);
      for (int step = 0; step < 40; step++) {
        String where = Seed.message(seed) + ", step " + step;
        long clockBefore = store.state.clock().last();
        // The wall clock goes back too.
        store.millis += random.nextInt(-1_000, 1_000);
        for (int n = random.nextInt(1, 5); n > 0; n--) {
          store.apply(change(pushes, random, store));
        }
        boolean isWritten = !store.batch.isEmpty();
        store.commit();
        store.check(where);
        if (isWritten) {
          assertEquals(
              store.state.clock().last(), store.reopened().state.clock().last(), where + ": clock");
        }
        if (random.nextInt(4) == 0) {
          store = store.reopened();
          assertTrue(store.state.clock().last() >= clockBefore, where);
        }
      }
    }
  }

  /** The plainest model, for the changes that it knows. */
  @Test
  void pushesAndDeletes_areTheWholeStateAfterEachStart() {
    for (int i = 0; i < 60; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      RandomPushes pushes = new RandomPushes(random);
      WholeState expected = new WholeState(Map.of());
      Recorded store = new Recorded(new MapRecords(), null);
      for (int step = 0; step < 40; step++) {
        String where = Seed.message(seed) + ", step " + step;
        for (int n = random.nextInt(1, 4); n > 0; n--) {
          Change change = pushes.next();
          assertEquals(
              expected.apply(change), store.apply(change) instanceof Applied, where + change);
        }
        store.commit();
        LiveRecords.check(store.state, store.records, where);
        store = store.reopened();
        Exposition exposition = store.state.groups().exposition();
        assertEquals(expected.text(), Pushes.text(exposition), where);
        assertEquals(expected.groups(), exposition.groups(), where);
        assertEquals(expected.series(), exposition.series(), where);
      }
    }
  }

  /** Two nodes, which hear of each other in any order, and collect their tombstones. */
  @Test
  void replicatedStores_areAfterEachStartWhatTheyWere_andHaveNoDeadRecords() {
    for (int i = 0; i < 60; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      RandomPushes pushes = new RandomPushes(random, true);
      List<Recorded> nodes = new ArrayList<>();
      for (int node = 0; node < 2; node++) {
        nodes.add(new Recorded(new MapRecords(), new Replicated(true)));
      }
      List<byte[]> told = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        String where = Seed.message(seed) + ", step " + step;
        int at = random.nextInt(2);
        Recorded node = nodes.get(at);
        node.millis += random.nextInt(-100, 200);
        int what = random.nextInt(10);
        if (what < 5) {
          for (int n = random.nextInt(1, 4); n > 0; n--) {
            node.apply(change(pushes, random, node));
          }
        } else if (what < 8 && !told.isEmpty()) {
          node.merge(decoded(told.get(random.nextInt(told.size()))));
        } else if (what == 8) {
          node.merge(whole(nodes.get(1 - at)));
        } else {
          node.state.purge(node.state.clock().last(), node.batch);
        }
        told.addAll(node.commit());
        node.check(where);
        if (random.nextInt(4) == 0) {
          nodes.set(at, node.reopened());
        }
      }
    }
  }

  private static ReceivedStates decoded(byte[] change) {
    return ReceivedStates.decode(List.of(ByteString.copyFrom(change)));
  }

  /** All groups of a node, as a state transfer copies them. */
  private static ReceivedStates whole(Recorded node) {
    StateReader reader = new StateReader(node.state, node.records::get);
    return ReceivedStates.decode(
        reader
            .states(
                node.state.groups().keys().stream()
                    .map(key -> ByteString.copyFrom(key.encoded()))
                    .toList(),
                Integer.MAX_VALUE)
            .getStatesList());
  }

  private static String body(int from, int to) {
    StringBuilder body = new StringBuilder();
    for (int i = from; i < to; i++) {
      body.append(String.format(Locale.ROOT, "m%03d 1%n", i));
    }
    return body.toString();
  }

  private static int records(Recorded store) {
    return LiveRecords.onDisk(store.records).size();
  }

  @Test
  void push_isOneRecord_howeverOften() {
    Recorded store = new Recorded(new MapRecords(), null);
    for (int i = 0; i < 10; i++) {
      store.apply(Pushes.put(A, body(0, 5)));
      store.commit();
      assertEquals(1, records(store));
    }
    store.apply(Pushes.post(A, body(1, 3)));
    store.apply(Pushes.post(A, body(1, 3)));
    store.commit();
    assertEquals(2, records(store));
    store.apply(Pushes.put(A, "refused 1 2\n"));
    store.apply(Pushes.put(A, "refused 1 2\n"));
    store.commit();
    // One has the reason, and the others the families.
    assertEquals(3, records(store));
    store.apply(Pushes.post(A, body(0, 5)));
    store.commit();
    assertEquals(1, records(store));
  }

  @Test
  void steadyPushes_leaveTheClockToTheirRecords() {
    Recorded store = new Recorded(new MapRecords(), null);
    store.apply(Pushes.put(A, body(0, 5)));
    store.commit();
    assertNull(store.records.get(RecordKeys.CLOCK));
    assertEquals(store.state.clock().last(), store.reopened().state.clock().last());
    store.apply(new Change.Delete(A));
    store.commit();
    assertEquals(0, records(store));
    assertEquals(store.state.clock().last(), store.reopened().state.clock().last());
  }

  @Test
  void pushOfManyFamilies_isSplit_andEachPieceGoesWithItsLastFamily() {
    Recorded store = new Recorded(new MapRecords(), null);
    int most = RecordPieces.MAX_FAMILIES;
    store.apply(Pushes.put(A, body(0, 10 * most)));
    store.commit();
    assertEquals(10, records(store));
    store.check("split");
    store.apply(Pushes.post(A, body(0, most)));
    store.commit();
    assertEquals(10, records(store));
    store.apply(Pushes.post(A, body(most, 2 * most - 1)));
    store.commit();
    assertEquals(11, records(store));
    store.check("a family is left");
    store.apply(Pushes.put(A, body(0, 1)));
    store.commit();
    assertEquals(1, records(store));
  }

  @Test
  void largeFamilies_haveRecordsOfTheirOwn() {
    Recorded store = new Recorded(new MapRecords(), null);
    String help = "h".repeat(RecordPieces.MAX_BYTES / 2);
    store.apply(
        Pushes.put(
            A, "# HELP a " + help + "\na 1\n# HELP b " + help + "\nb 1\n# HELP c c\nc 1\nd 1\n"));
    store.commit();
    assertEquals(2, records(store));
    store.check("large");
  }

  /** No commit leaves such records; a store with them opens all the same. */
  @Test
  void deadRecords_areDeletedAtTheStart() {
    Recorded store = new Recorded(new MapRecords(), null);
    store.apply(Pushes.put(A, body(0, 5)));
    store.commit();
    MapRecords dead = store.records.copy();
    store.apply(Pushes.put(A, body(0, 3)));
    store.commit();
    try (RecordWrites writes = store.records.newWrites()) {
      dead.forEach(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS, writes::put);
      store.records.commit(writes);
    }
    assertEquals(2, records(store));
    Recorded reopened = store.reopened();
    assertEquals(LiveRecords.describe(store.state), LiveRecords.describe(reopened.state));
    assertEquals(1, records(reopened));
  }
}
