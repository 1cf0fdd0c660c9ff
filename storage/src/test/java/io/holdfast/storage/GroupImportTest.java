package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.ImportedGroup.ImportedFamily;
import io.holdfast.storage.ImportedGroup.Times;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of another program, and what becomes of them in a store. */
class GroupImportTest {
  private static final long NANOS = 1_700_000_000_123_456_789L;
  private static final Migration DONE = new Migration(Migration.State.DONE, "file");
  private static final Migration BEGUN = new Migration(Migration.State.BEGUN, "file");

  @TempDir Path directory;
  private StoreFixture fixture;
  private final List<String> leftOut = new ArrayList<>();

  @BeforeEach
  void begin() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  private static ImportedGroup group(String job, long nanos, String... bodies) {
    return group(new TreeMap<>(java.util.Map.of("job", job)), nanos, bodies);
  }

  private static ImportedGroup group(
      SortedMap<String, String> labels, long nanos, String... bodies) {
    List<ImportedFamily> families = new ArrayList<>();
    for (String body : bodies) {
      Pushes.families(body).forEach(family -> families.add(new ImportedFamily(nanos, family)));
    }
    return new ImportedGroup(labels, families, new Times(nanos, nanos / 1e9, null));
  }

  private ReceivedStates prepared(ImportedGroup... groups) {
    return new GroupImport(
            1 << 20,
            (group, family, reason) ->
                leftOut.add(group.name() + (family == null ? "" : " " + family) + ": " + reason))
        .prepare(List.of(groups));
  }

  /** The failure that never was has the time of the group's first push, and none in 1970. */
  @Test
  void imported_isReadWithTheTimesOfItsPushes() {
    RocksGroupStore store = fixture.open();
    take(store, prepared(group("a", NANOS, "m 1\n")), DONE);
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot());
        GroupReader reader = snapshot.groups()) {
      reader.next();
      List<String> times = new ArrayList<>();
      for (StoredFamily each = reader.nextFamily(); each != null; each = reader.nextFamily()) {
        times.add(each.name() + " " + each.pushedAt());
      }
      assertEquals(
          List.of(
              "m 2023-11-14T22:13:20.123456789Z",
              "push_failure_time_seconds 2023-11-14T22:13:20.123456Z",
              "push_time_seconds 2023-11-14T22:13:20.123457Z"),
          times);
    }
  }

  private static void take(RocksGroupStore store, ReceivedStates states, Migration noted) {
    MergeOutcome outcome = StoreFixture.answer(store.migrate(states, noted));
    assertTrue(outcome instanceof MergeOutcome.Merged, outcome::toString);
  }

  @Test
  void imported_isExposedAsPushed_withItsTimes_alsoAfterARestart() {
    RocksGroupStore store = fixture.open();
    take(
        store, prepared(group("a", NANOS, "# HELP m Help.\n# TYPE m gauge\nm{x=\"1\"} 1\n")), DONE);
    String expected = "# HELP m Help.\n# TYPE m gauge\nm{instance=\"\",job=\"a\",x=\"1\"} 1\n";
    assertTrue(StoreFixture.text(store).startsWith(expected), StoreFixture.text(store));
    String time = "push_time_seconds{instance=\"\",job=\"a\"} 1.7000000001234567e+09\n";
    assertTrue(StoreFixture.text(store).contains(time), StoreFixture.text(store));
    String before = StoreFixture.text(store);
    store.close();
    RocksGroupStore again = fixture.open();
    assertEquals(before, StoreFixture.text(again));
    assertEquals(DONE, again.migration());
  }

  @Test
  void migration_ofNewStore_isPossible_ofOneWithChanges_tooLate() {
    RocksGroupStore store = fixture.open();
    assertEquals(Migration.State.POSSIBLE, store.migration().state());
    store.close();
    store = fixture.open();
    assertEquals(Migration.State.POSSIBLE, store.migration().state());
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\n"));
    store.close();
    store = fixture.open();
    assertEquals(Migration.State.TOO_LATE, store.migration().state());
    StoreFixture.apply(store, new Change.Wipe());
    store.close();
    assertEquals(Migration.State.TOO_LATE, fixture.open().migration().state());
  }

  @Test
  void migrationThatWasBrokenOff_leavesNothing_andIsDoneAgain() {
    RocksGroupStore store = fixture.open();
    take(store, prepared(group("half", NANOS, "m 1\n")), BEGUN);
    store.close();

    store = fixture.open();
    assertEquals(BEGUN, store.migration());
    assertEquals("", StoreFixture.text(store));
    take(store, prepared(group("other", NANOS, "m 1\n")), BEGUN);
    take(store, ReceivedStates.none(), DONE);
    store.close();

    store = fixture.open();
    assertEquals(DONE, store.migration());
    assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"other\"} 1\n"));
    assertEquals(1, store.exposition().groups());
  }

  @Test
  void nodesThatImportTheSame_areTheSame_inAnyOrder() {
    ImportedGroup one = group("a", NANOS, "m 1\n");
    ImportedGroup other = group("b", NANOS + 1, "# TYPE m gauge\nm 1\n");
    MemoryStore first = new MemoryStore(1);
    first.merge(MergeRequest.ofStates(prepared(one, other)));
    MemoryStore second = new MemoryStore(2);
    second.merge(MergeRequest.ofStates(prepared(other)));
    second.merge(MergeRequest.ofStates(prepared(one)));
    assertEquals(first.digest(), second.digest());
    assertEquals(first.text(), second.text());
  }

  @Test
  void changesOfANode_areNewer_evenThanWhatWasPushedInTheFuture() {
    long inAThousandYears = Long.MAX_VALUE;
    RocksGroupStore store = fixture.openReplicated();
    GroupKey a = Pushes.job("a");
    StoreFixture.submit(store, Pushes.post(a, "m 1\n"));
    StoreFixture.submit(store, new Change.Delete(Pushes.job("deleted")));
    ReceivedStates imported =
        prepared(
            group("a", inAThousandYears, "m 2\n", "n 2\n"),
            group("deleted", inAThousandYears, "m 2\n"));
    StoreFixture.answer(store.merge(MergeRequest.ofStates(imported)));
    assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"a\"} 1\n"));
    assertTrue(StoreFixture.text(store).contains("n{instance=\"\",job=\"a\"} 2\n"));
    assertEquals(1, store.exposition().groups());
  }

  @Test
  void pushAfterTheImport_wins() {
    RocksGroupStore store = fixture.open();
    take(store, prepared(group("a", Long.MAX_VALUE, "m 2\n")), DONE);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 3\n"));
    assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"a\"} 3\n"));
    assertTrue(StoreFixture.text(store).contains("push_time_seconds{instance=\"\",job=\"a\"} 1.7"));
  }

  @Test
  void conflicts_areShadowed_andNamed() {
    RocksGroupStore store = fixture.open();
    take(
        store,
        prepared(
            group("b", NANOS + 1_000, "# TYPE m gauge\nm 1\nm{x=\"1\"} 1\n"),
            group("a", NANOS, "# TYPE m counter\nm 1\n")),
        DONE);
    assertTrue(
        StoreFixture.text(store).contains("# TYPE m counter\nm{instance=\"\",job=\"a\"} 1\n"));
    assertEquals(
        List.of(new Exposition.Shadowed("m", Pushes.job("b"), 2)), store.exposition().shadowed(10));
    assertEquals(List.of(), store.exposition().shadowed(0));
  }

  @Test
  void whatCannotBeKept_isLeftOut_andNothingElse() {
    SortedMap<String, String> reserved = new TreeMap<>();
    reserved.put("job", "b");
    reserved.put("__x", "y");
    ReceivedStates states =
        prepared(
            group("a", NANOS, "m{__x=\"1\"} 1\n", "n 1\n", "t 1 1234\n", "d 1\nd 2\n"),
            group(reserved, NANOS, "n 1\n"),
            group(new TreeMap<>(), NANOS, "n 1\n"),
            group("", NANOS, "n 1\n"));
    assertEquals(1, states.size());
    assertEquals(6, leftOut.size(), leftOut::toString);
    assertTrue(leftOut.get(0).startsWith("{job=\"a\"} m: "), leftOut::toString);
    assertTrue(leftOut.get(1).startsWith("{job=\"a\"} t: "), leftOut::toString);
    assertTrue(leftOut.get(2).startsWith("{job=\"a\"} d: "), leftOut::toString);
    assertTrue(leftOut.get(3).startsWith("{__x=\"y\",job=\"b\"}: "), leftOut::toString);
    assertEquals("{}: it has no job", leftOut.get(4));
  }

  @Test
  void familiesThatLookTheSame_areBothTaken() {
    ReceivedStates states = prepared(group("a", NANOS, "{\"a.b\"} 1\n", "a_b 2\n"));
    assertEquals(1, states.size());
    assertEquals(2, states.states().get(0).records().size());
    assertEquals(List.of(), leftOut);
  }

  @Test
  void moreThanFitsIntoMemory_isRefused() throws StoreException {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    RocksGroupStore store =
        fixture.openOrRefuse(
            new StoreOptions(
                usual.directory(),
                usual.surroundings(),
                new StoreOptions.Capacity(10, 0, 3_000),
                usual.rules(),
                null));
    take(store, prepared(group("a", NANOS, "m 1\n")), BEGUN);
    take(store, prepared(group("b", NANOS, "m 1\n")), BEGUN);
    MergeOutcome outcome =
        StoreFixture.answer(store.migrate(prepared(group("c", NANOS, "m 1\n")), DONE));
    assertTrue(outcome.toString().contains("larger heap (-Xmx)"), outcome::toString);
  }
}
