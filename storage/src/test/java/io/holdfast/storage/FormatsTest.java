package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.disk.RecordWrites;
import io.holdfast.storage.disk.RocksDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small store of format 1, record by record ({@code formats/v1/store.txt}: key and value in hex,
 * a line each), and what a scrape shows of it; the same for one of several nodes ({@code
 * node.txt}), and what it tells the others ({@code changes.txt}: a change in hex each). The files
 * are never changed: a store that any version of format 1 has written must be read for ever, and
 * nodes of several versions must understand each other.
 *
 * <p>What was added later to the format is in files of its own, of the same changes: {@code
 * reasons-*} have why pushes failed, {@code deletes-*} deletes of many groups.
 */
class FormatsTest {
  private static final long NODE = 0x975835de1c9756ceL;
  private static final long NODE_DIGEST = -5_389_906_089_533_723_551L;
  private static final ClusterMetadata NODE_NOTES =
      new ClusterMetadata(
          false,
          MemoryStore.MILLIS << 16,
          (MemoryStore.MILLIS << 16) - 1,
          new TreeMap<>(Map.of(3L, 5L, -1L, MemoryStore.MILLIS << 16)),
          0,
          Duration.ofDays(7).toMillis());

  @TempDir private Path temp;
  private StoreFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  @Test
  void store_withReasons_isRead() throws StoreException {
    restore("reasons-store.txt");
    RocksGroupStore store = fixture.open();
    assertEquals(golden("exposition.txt"), StoreFixture.text(store));
    GroupKey refused = Pushes.group("instance", "", "job", "backup");
    assertEquals(
        Optional.of(
            "collected metric push_time_seconds{instance=\"\",job=\"backup\"} was collected before"
                + " with the same name and label values, from group {job=\"backup\"}"),
        store.exposition().failureReason(refused));
  }

  @Test
  void changes_withReasons_areUnderstood() {
    List<ByteString> changes = changes("reasons-changes.txt");
    MemoryStore node = new MemoryStore(1);
    node.merge(MergeRequest.ofChanges(1, 1, ReceivedStates.decode(changes)));
    assertEquals(golden("node-exposition.txt"), node.text());
    assertEquals(NODE_DIGEST, node.digest());
  }

  @Test
  void store_ofFormat1_isRead() throws StoreException {
    restore("store.txt");
    assertEquals(golden("exposition.txt"), StoreFixture.text(fixture.open()));
  }

  @Test
  void store_ofANode_isRead() throws StoreException {
    restore("node.txt");
    try (RocksGroupStore store = fixture.openReplicated()) {
      assertEquals(golden("node-exposition.txt"), StoreFixture.text(store));
      assertEquals(NODE, store.replicaState().node());
      assertEquals(NODE_DIGEST, store.replicaState().digest());
      assertEquals(NODE_NOTES, store.replicaState().metadata());
      assertEquals(3, store.exposition().groups());
    }
    // Alone it has the same, but for what it deleted.
    assertEquals(golden("node-exposition.txt"), StoreFixture.text(fixture.open()));
  }

  @Test
  void store_ofANode_isWritten_byteForByte() throws StoreException {
    assertEquals(golden("reasons-node.txt"), writtenByANode());
  }

  @Test
  void changes_areTold_byteForByte() {
    MemoryStore node = new MemoryStore(NODE);
    StringBuilder told = new StringBuilder();
    for (Change change : nodeChanges()) {
      for (ByteString each : node.apply(change).changes()) {
        told.append(HexFormat.of().formatHex(each.toByteArray())).append('\n');
      }
    }
    assertEquals(golden("reasons-changes.txt"), told.toString());
  }

  @Test
  void changes_ofFormat1_areUnderstood() {
    List<ByteString> changes = changes("changes.txt");
    MemoryStore node = new MemoryStore(1);
    node.merge(MergeRequest.ofChanges(1, 1, ReceivedStates.decode(changes)));
    assertEquals(golden("node-exposition.txt"), node.text());
    assertEquals(NODE_DIGEST, node.digest());
  }

  @Test
  void deletesOfManyGroups_areTold_byteForByte_andUnderstood() {
    MemoryStore node = new MemoryStore(NODE);
    nodeChanges().forEach(node::apply);
    Change delete =
        new Change.DeleteSelected(
            node.exposition().select(group -> !group.key().equals(Pushes.job("back"))));
    ByteString told = node.apply(delete).changes().get(0);
    assertEquals(
        golden("deletes-changes.txt"), HexFormat.of().formatHex(told.toByteArray()) + "\n");
    MemoryStore other = new MemoryStore(1);
    List<ByteString> all = new ArrayList<>(changes("reasons-changes.txt"));
    all.addAll(changes("deletes-changes.txt"));
    other.merge(MergeRequest.ofChanges(1, 1, ReceivedStates.decode(all)));
    assertEquals(1, other.exposition().groups());
    assertEquals(node.describe(), other.describe());
  }

  private static List<ByteString> changes(String name) {
    return golden(name)
        .lines()
        .map(line -> ByteString.copyFrom(HexFormat.of().parseHex(line)))
        .toList();
  }

  private void restore(String name) {
    try (RocksDatabase database = RocksDatabase.open(fixture.directory);
        RecordWrites batch = database.newWrites()) {
      for (String line : golden(name).lines().toList()) {
        String[] record = line.split(" ", -1);
        batch.put(HexFormat.of().parseHex(record[0]), HexFormat.of().parseHex(record[1]));
      }
      database.commit(batch);
    }
  }

  private String writtenByANode() throws StoreException {
    StringBuilder dump = new StringBuilder();
    try (RocksDatabase database = RocksDatabase.open(fixture.directory);
        RecordWrites writes = database.newWrites()) {
      CommitBatch batch = new CommitBatch(writes);
      Replicated replicated = new Replicated(false);
      StoreLoader.Loaded loaded =
          new StoreLoader(
                  database,
                  replicated,
                  new StoreLoader.Setting(
                      fixture.directory,
                      ReservedNames.NONE,
                      Long.MAX_VALUE,
                      new SplittableRandom(2),
                      System::nanoTime))
              .load();
      HybridClock clock =
          new HybridClock(() -> Instant.ofEpochMilli(MemoryStore.MILLIS), loaded.clock());
      StoreState state =
          new StoreState(loaded.groups(), clock, loaded.identity(), loaded.metadata(), Map.of());
      ChangeApplier applier = new ChangeApplier(state);
      for (Change change : nodeChanges()) {
        applier.apply(change, batch);
      }
      state.note(NODE_NOTES, batch);
      batch.putClock(clock.last());
      database.commit(writes);
      dump.append(line(RecordKeys.CLUSTER, database.get(RecordKeys.CLUSTER)));
      return dump.append(dump(database)).toString();
    }
  }

  /** All kinds of changes that a node tells others of; some leave nothing but a tombstone. */
  private static List<Change> nodeChanges() {
    GroupKey backup = Pushes.job("backup");
    return List.of(
        Pushes.put(Pushes.job("gone"), "m 1\n"),
        new Change.Wipe(),
        Pushes.put(backup, "# HELP m Help.\n# TYPE m gauge\nm{l=\"1\"} 1.5\nm 2\n"),
        Pushes.post(backup, "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_count 3\n"),
        Pushes.put(Pushes.job("wrong"), "m 1 1234567\n"),
        Pushes.put(Pushes.job("deleted"), "n 1\n"),
        new Change.Delete(Pushes.job("deleted")),
        new Change.Delete(Pushes.group("job", "never here", "x", "\u00e9")),
        new Change.Delete(Pushes.job("back")),
        Pushes.post(Pushes.job("back"), "# TYPE c counter\nc 1e9\n"));
  }

  @Test
  void store_isWritten_byteForByte() throws StoreException {
    assertEquals(golden("reasons-store.txt"), written());
    assertEquals(golden("exposition.txt"), StoreFixture.text(fixture.open()));
  }

  private String written() throws StoreException {
    try (RocksDatabase database = RocksDatabase.open(fixture.directory);
        RecordWrites writes = database.newWrites()) {
      CommitBatch batch = new CommitBatch(writes);
      StoreLoader.Loaded loaded =
          new StoreLoader(
                  database,
                  null,
                  new StoreLoader.Setting(
                      fixture.directory,
                      ReservedNames.NONE,
                      Long.MAX_VALUE,
                      new SplittableRandom(1),
                      System::nanoTime))
              .load();
      HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(1_700_000_000_123L), 0);
      StoreState state =
          new StoreState(loaded.groups(), clock, loaded.identity(), loaded.metadata(), Map.of());
      ChangeApplier applier = new ChangeApplier(state);
      for (Change change : changes()) {
        applier.apply(change, batch);
      }
      batch.putClock(clock.last());
      database.commit(writes);
      return dump(database);
    }
  }

  /**
   * All kinds of records: wiped, replaced, failed, shadowed, with labels and names of all kinds.
   */
  private static List<Change> changes() {
    GroupKey backup = Pushes.job("backup");
    MetricFamily gaugeHistogram =
        Pushes.families("# TYPE g histogram\ng_bucket{le=\"1\"} 1\ng_sum 2\ng_count 3\n")
            .get(0)
            .toBuilder()
            .setType(MetricType.GAUGE_HISTOGRAM)
            .build();
    List<Change> changes = new ArrayList<>();
    changes.add(Pushes.put(Pushes.job("gone"), "m 1\n"));
    changes.add(new Change.Wipe());
    changes.add(Pushes.post(backup, "# HELP m Help é.\n# TYPE m gauge\nm{l=\"1\"} 1.5\nm 2\n"));
    changes.add(Pushes.post(backup, "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_count 3\n"));
    changes.add(Pushes.put(Pushes.group("job", "a", "path", "/var/tmp"), "\"m.é\" 1\n"));
    changes.add(Pushes.put(Pushes.group("job", "", "x", "\uD83D\uDE00"), ""));
    changes.add(Pushes.put(backup, "# TYPE m gauge\nm 3\n# TYPE c counter\nc 1e9\n"));
    changes.add(Pushes.put(Pushes.group("instance", "", "job", "backup"), "n 1\n"));
    changes.add(
        PushPreparation.prepare(
            Pushes.job("h"), false, Pushes.NANOS + 1, List.of(gaugeHistogram), Pushes.LIMITS));
    return changes;
  }

  private static String dump(RocksDatabase database) {
    StringBuilder dump = new StringBuilder();
    for (byte[] key : List.of(RecordKeys.STORE, RecordKeys.CLOCK, RecordKeys.WIPE)) {
      dump.append(line(key, database.get(key)));
    }
    database.forEach(
        RecordKeys.FIRST_GROUP,
        RecordKeys.BEHIND_GROUPS,
        (key, value) -> dump.append(line(key, value)));
    return dump.toString();
  }

  private static String line(byte[] key, byte[] value) {
    return HexFormat.of().formatHex(key) + " " + HexFormat.of().formatHex(value) + "\n";
  }

  private static String golden(String name) {
    try (InputStream in = FormatsTest.class.getResourceAsStream("/formats/v1/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
