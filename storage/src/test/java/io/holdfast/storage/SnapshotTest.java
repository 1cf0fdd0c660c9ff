package io.holdfast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.testkit.Seed;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey A_TWIN = Pushes.group("instance", "", "job", "a");

  /** Groups whose records lie in between each other's on the disk. */
  private static final List<GroupKey> GROUPS =
      List.of(
          A,
          Pushes.group("job", "a", "m", "1"),
          Pushes.group("job", "a", "m", "2"),
          Pushes.group("job", "a", "m", "1", "n", "1"),
          Pushes.group("job", "a", "q", ""),
          Pushes.group("a", "1", "job", "a"),
          Pushes.job("b"));

  private static final List<String> NAMES = List.of("b", "m", "m_", "mm", "n", "push_t", "q", "z");

  @TempDir private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  @AfterEach
  void tearDown() {
    fixture.close();
  }

  @Test
  void groups_andTheirFamilies_comeInOrder_whereverTheirRecordsLie() {
    for (int i = 0; i < 40; i++) {
      long seed = Seed.ofCase(i);
      Random random = new Random(seed);
      TreeMap<GroupKey, TreeSet<String>> expected = new TreeMap<>();
      RocksGroupStore store = fixture.open();
      StoreFixture.apply(store, new Change.Wipe());
      for (int n = random.nextInt(25); n >= 0; n--) {
        GroupKey group = GROUPS.get(random.nextInt(GROUPS.size()));
        String name = NAMES.get(random.nextInt(NAMES.size()));
        StoreFixture.apply(store, Pushes.post(group, name + "{s=\"" + n + "\"} 1\n"));
        expected
            .computeIfAbsent(
                group,
                key -> new TreeSet<>(List.of("push_failure_time_seconds", "push_time_seconds")))
            .add(name);
      }
      try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
        assertEquals(expected.toString(), read(snapshot.groups()).toString(), Seed.message(seed));
        for (GroupKey group : GROUPS) {
          String one =
              expected.containsKey(group) ? "{" + group + "=" + expected.get(group) + "}" : "{}";
          assertEquals(one, read(snapshot.group(group)).toString(), Seed.message(seed));
        }
        List<GroupKey> keys = new ArrayList<>();
        try (GroupReader reader = snapshot.groups()) {
          for (StoredGroup group = reader.next(); group != null; group = reader.next()) {
            keys.add(group.key());
            for (int n = random.nextInt(3); n > 0; n--) {
              reader.nextFamily();
            }
          }
        }
        assertEquals(List.copyOf(expected.keySet()), keys, Seed.message(seed) + ", not to the end");
      }
      store.close();
    }
  }

  private static Map<GroupKey, List<String>> read(GroupReader reader) {
    Map<GroupKey, List<String>> read = new TreeMap<>();
    try (reader) {
      for (StoredGroup group = reader.next(); group != null; group = reader.next()) {
        List<String> names = new ArrayList<>();
        for (StoredFamily each = reader.nextFamily(); each != null; each = reader.nextFamily()) {
          assertEquals(group.key(), each.group());
          names.add(each.name());
          if (names.size() % 2 == 0) {
            reader.rest();
          }
        }
        assertNull(read.put(group.key(), names));
      }
    }
    return read;
  }

  /** Whatever is in conflict: the messages are shown as the text is. */
  @Test
  void messages_renderToTheTextOfTheSameInstant() {
    for (int i = 0; i < 10; i++) {
      long seed = Seed.ofCase(i);
      RandomPushes pushes = new RandomPushes(Seed.random(seed));
      MemoryStore other = new MemoryStore(2);
      try (RocksGroupStore store = fixture.openReplicated()) {
        StoreFixture.submit(store, new Change.Wipe());
        for (int n = 0; n < 40; n++) {
          Change change = pushes.next();
          if (n % 2 == 0) {
            StoreFixture.submit(store, change);
          } else {
            other.millis += 1;
            StoreFixture.answer(store.merge(other.apply(change).request()));
          }
        }
        try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
          assertEquals(StoreFixture.text(store), Pushes.text(snapshot.exposition()));
          assertMessagesAreTheText(snapshot, Seed.message(seed));
        }
      }
    }
  }

  private static void assertMessagesAreTheText(Snapshot snapshot, String message) {
    List<Family> families = new ArrayList<>();
    List<StoredFamily> read = new ArrayList<>();
    try (GroupReader reader = snapshot.groups()) {
      while (reader.next() != null) {
        for (StoredFamily each = reader.nextFamily(); each != null; each = reader.nextFamily()) {
          families.add(snapshot.exposition().family(each.name(), each.group()));
          read.add(each);
        }
      }
    }
    List<StoredFamily> sought = snapshot.messages(families);
    for (int i = 0; i < families.size(); i++) {
      StoredFamily each = read.get(i);
      byte[] text =
          TextWriter.samples(each.name(), each.type(), each.shown(EscapingScheme.UNDERSCORES));
      assertArrayEquals(families.get(i).exposed(), text, message + ", " + each.name());
      assertEquals(each.encoded(), sought.get(i).encoded(), message);
    }
  }

  @Test
  void shadowedSeries_areNamed_andNotAmongTheExposed() {
    RocksGroupStore store = fixture.openReplicated();
    StoreFixture.submit(store, Pushes.put(A, "m{x=\"1\"} 1\n"));
    MemoryStore other = new MemoryStore(2);
    other.millis = InstantSource.system().millis() + 1_000;
    StoreFixture.answer(
        store.merge(
            other
                .apply(Pushes.put(A_TWIN, "m{x=\"2\"} 2\nm{x=\"1\"} 3\nm{x=\"0\"} 4\n"))
                .request()));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot());
        GroupReader reader = snapshot.group(A_TWIN)) {
      assertNotNull(reader.next());
      StoredFamily family = reader.nextFamily();
      assertNotNull(family);
      assertEquals(1, family.shadowedSeries());
      List<Double> pushed = new ArrayList<>();
      family.metrics().forEachRemaining(metric -> pushed.add(value(metric)));
      assertEquals(List.of(2.0, 3.0, 4.0), pushed);
      assertEquals(
          List.of(4.0, 2.0),
          family.shown(EscapingScheme.UNDERSCORES).stream().map(SnapshotTest::value).toList());
    }
  }

  private static double value(Metric metric) {
    return metric.getUntyped().getValue();
  }

  @Test
  void times_areThoseOfTheGroupsPushes() {
    RocksGroupStore store = fixture.open();
    StoreFixture.submit(
        store,
        PushPreparation.prepare(
            A, false, 1_700_000_001_123_456_789L, Pushes.families("m 1 5\n"), Pushes.LIMITS));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot());
        GroupReader reader = snapshot.groups()) {
      StoredGroup group = reader.next();
      assertNotNull(group);
      assertFalse(group.isLastPushSuccessful());
      assertEquals(Instant.parse("2023-11-14T22:13:21.123457Z"), pushedAt(reader));
      // The push that never was: when the group began.
      assertTrue(
          pushedAt(reader).isAfter(Instant.parse("2026-01-01T00:00:00Z").minusSeconds(1 << 28)));
    }
    StoreFixture.apply(
        store,
        PushPreparation.prepare(
            A, false, 1_700_000_002_123_456_789L, Pushes.families("m 1\n"), Pushes.LIMITS));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot());
        GroupReader reader = snapshot.groups()) {
      StoredGroup group = reader.next();
      assertNotNull(group);
      assertTrue(group.isLastPushSuccessful());
      assertEquals(Instant.parse("2023-11-14T22:13:22.123456789Z"), pushedAt(reader));
      assertEquals(Instant.parse("2023-11-14T22:13:21.123457Z"), pushedAt(reader));
      assertEquals(Instant.parse("2023-11-14T22:13:22.123457Z"), pushedAt(reader));
      assertNull(reader.nextFamily());
    }
  }

  private static Instant pushedAt(GroupReader reader) {
    StoredFamily family = reader.nextFamily();
    assertNotNull(family);
    return family.pushedAt();
  }

  @Test
  void snapshot_staysAsItWas_whateverComesAfter() {
    RocksGroupStore store = fixture.open();
    for (int i = 0; i < 50; i++) {
      StoreFixture.apply(store, Pushes.put(Pushes.job("j" + i), "m " + i + "\n"));
    }
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      String before = all(snapshot);
      assertTrue(before.contains("[49.0]"), before);
      for (int i = 0; i < 50; i++) {
        StoreFixture.apply(store, Pushes.put(Pushes.job("j" + i), "n " + i + "\n"));
      }
      assertEquals(before, all(snapshot));
      StoreFixture.apply(store, new Change.Wipe());
      StoreFixture.apply(store, Pushes.put(Pushes.job("j1"), "m 7\n"));
      assertEquals(before, all(snapshot));
    }
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      assertEquals("{job=\"j1\"} m [7.0]\n", all(snapshot));
    }
  }

  private static String all(Snapshot snapshot) {
    StringBuilder all = new StringBuilder();
    try (GroupReader reader = snapshot.groups()) {
      for (StoredGroup group = reader.next(); group != null; group = reader.next()) {
        for (StoredFamily each = reader.nextFamily(); each != null; each = reader.nextFamily()) {
          if (!PushTimes.isReserved(each.name())) {
            List<Double> values = new ArrayList<>();
            each.metrics().forEachRemaining(metric -> values.add(value(metric)));
            all.append(group.key() + " " + each.name() + " " + values + "\n");
          }
        }
      }
    }
    return all.toString();
  }

  @Test
  void deletedGroup_isNotThere_whileItsTombstoneIs() {
    RocksGroupStore store = fixture.openReplicated();
    StoreFixture.submit(store, Pushes.put(A, "m 1\n"));
    StoreFixture.submit(store, new Change.Delete(A));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      assertEquals("{}", read(snapshot.groups()).toString());
      assertEquals("{}", read(snapshot.group(A)).toString());
    }
  }

  @Test
  void storeThatIsOpenedAnew_takesSnapshotsFromTheirReaders() {
    RocksGroupStore store = fixture.openReplicated();
    StoreFixture.submit(store, Pushes.put(A, "m 1\n"));
    Snapshot snapshot = StoreFixture.answer(store.snapshot());
    GroupReader reader = snapshot.groups();
    assertNotNull(reader.next());
    StoreFixture.answer(store.quarantine());

    assertThrows(SnapshotException.class, reader::nextFamily);
    assertThrows(SnapshotException.class, snapshot::groups);
    assertTrue(Pushes.text(snapshot.exposition()).contains("m{"));
    reader.close();
    snapshot.close();
    try (Snapshot empty = StoreFixture.answer(store.snapshot())) {
      assertEquals("", all(empty));
    }
  }

  @Test
  void closedStore_givesNoSnapshot_andSaysWhy() {
    RocksGroupStore store = fixture.open();
    store.close();
    ExecutionException refused =
        assertThrows(ExecutionException.class, () -> store.snapshot().get());
    assertEquals("the server is shutting down", refused.getCause().getMessage());
    assertEquals(
        new SnapshotRead.Unavailable(
            new Refusal(Refusal.Code.SHUTTING_DOWN, "the server is shutting down")),
        StoreFixture.answer(store.readSnapshot()));
  }

  /** A native object that is touched after its end ends the process, and this test with it. */
  @Test
  void storeThatIsClosedUnderReaders_andReadersUnderEachOther_harmNobody() {
    for (int round = 0; round < 15; round++) {
      RocksGroupStore store = fixture.open();
      for (int i = 0; i < 20; i++) {
        StoreFixture.apply(store, Pushes.put(Pushes.job("j" + i), "m 1\nn 2\n"));
      }
      Snapshot shared = StoreFixture.answer(store.snapshot());
      AtomicLong read = new AtomicLong();
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        boolean isShared = i % 2 == 0;
        Thread reader = new Thread(() -> readUntilGone(store, isShared ? shared : null, read));
        readers.add(reader);
        reader.start();
      }
      await().atMost(StoreFixture.PATIENCE).until(() -> read.get() > 20);
      if (round % 2 == 0) {
        shared.close();
      }
      store.close();
      await()
          .atMost(StoreFixture.PATIENCE)
          .until(() -> readers.stream().noneMatch(Thread::isAlive));
      shared.close();
    }
  }

  private static void readUntilGone(RocksGroupStore store, Snapshot shared, AtomicLong read) {
    while (true) {
      SnapshotRead result =
          shared == null
              ? StoreFixture.answer(store.readSnapshot())
              : new SnapshotRead.Fresh(shared);
      if (!(result instanceof SnapshotRead.Fresh fresh)) {
        assertInstanceOf(SnapshotRead.Unavailable.class, result);
        return;
      }
      try {
        all(fresh.snapshot());
        read.incrementAndGet();
      } catch (SnapshotException e) {
        return;
      } finally {
        if (shared == null) {
          fresh.snapshot().close();
        }
      }
    }
  }
}
