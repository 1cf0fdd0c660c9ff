package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * A small store of format 1, record by record ({@code formats/v1/store.txt}: key and value in hex,
 * a line each), and what a scrape shows of it. The files are never changed: a store that any
 * version of format 1 has written must be read for ever.
 */
class FormatsTest {
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
  void store_ofFormat1_isRead() throws StoreException, RocksDBException {
    try (RocksDatabase database = RocksDatabase.open(fixture.directory);
        WriteBatch batch = new WriteBatch()) {
      for (String line : golden("store.txt").lines().toList()) {
        String[] record = line.split(" ", -1);
        batch.put(HexFormat.of().parseHex(record[0]), HexFormat.of().parseHex(record[1]));
      }
      database.write(batch);
    }
    assertEquals(golden("exposition.txt"), StoreFixture.text(fixture.open()));
  }

  @Test
  void store_isWritten_byteForByte() throws StoreException, RocksDBException {
    assertEquals(golden("store.txt"), written());
    assertEquals(golden("exposition.txt"), StoreFixture.text(fixture.open()));
  }

  private String written() throws StoreException, RocksDBException {
    try (RocksDatabase database = RocksDatabase.open(fixture.directory);
        RecordWrites.Rocks writes = new RecordWrites.Rocks()) {
      CommitBatch batch = new CommitBatch(writes);
      StoreLoader.Loaded loaded =
          new StoreLoader(fixture.directory, database, null, new SplittableRandom(1)).load();
      HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(1_700_000_000_123L), 0);
      StoreState state =
          new StoreState(loaded.groups(), clock, loaded.identity(), loaded.notes(), Map.of());
      ChangeApplier applier = new ChangeApplier(state);
      for (Change change : changes()) {
        applier.apply(change, batch);
      }
      batch.putClock(clock.last());
      database.write(writes.batch());
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
            Pushes.job("h"),
            false,
            Pushes.NANOS + 1,
            List.of(gaugeHistogram),
            Pushes.MAX_TEXT_BYTES));
    return changes;
  }

  private static String dump(RocksDatabase database) throws RocksDBException, StoreException {
    StringBuilder dump = new StringBuilder();
    for (byte[] key : List.of(RecordKeys.STORE, RecordKeys.CLOCK, RecordKeys.WIPE)) {
      dump.append(line(key, database.get(key)));
    }
    database.forEachGroupRecord((key, value) -> dump.append(line(key, value)));
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
