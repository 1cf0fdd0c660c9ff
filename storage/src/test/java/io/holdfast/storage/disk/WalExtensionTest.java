package io.holdfast.storage.disk;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Change;
import io.holdfast.storage.Pushes;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreFixture;
import io.holdfast.testkit.Seed;
import io.holdfast.testkit.SmallDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/** Logs with zeros ahead of their end: while a store is open, and after a crash. */
final class WalExtensionTest {
  private static final long MEBIBYTE = 1 << 20;
  private static final int VALUE_BYTES = 400_000;
  private static final int BLOCK_BYTES = 32 << 10;

  /** Of a record with one key of a byte and a value of 16 to 2,097,151 bytes, besides the value. */
  private static final int RECORD_BYTES = 7 + 12 + 1 + 2 + 3;

  @TempDir Path temp;
  private StoreFixture fixture;

  @BeforeEach
  void begin() {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  @Test
  void openLog_hasZerosAhead_closedLog_hasNone() throws IOException {
    Path log;
    try (RocksGroupStore store = fixture.open()) {
      push(store, 1, "");
      log = StoreFixture.newest(fixture.directory, ".log");
      WalTail open = WalTail.of(log);
      assertTrue(open.fileBytes() >= MEBIBYTE, open::toString);
      assertEquals(open.soundBytes(), open.writtenBytes());
      assertFalse(open.isTorn());
    }
    WalTail closed = WalTail.of(log);
    assertEquals(closed.soundBytes(), closed.fileBytes());
  }

  @Test
  void zeros_areAheadOfEveryBatch_ofAnySize() throws IOException {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    try (RocksGroupStore store = fixture.open()) {
      long written = 0;
      long grown = 0;
      for (int i = 0; i < 400; i++) {
        push(store, i, "x".repeat(random.nextInt(random.nextBoolean() ? 200 : 20_000)));
        WalTail tail = WalTail.of(StoreFixture.newest(fixture.directory, ".log"));
        assertTrue(tail.soundBytes() < tail.fileBytes(), Seed.message(seed));
        grown += tail.soundBytes() > written ? 0 : 1;
        written = tail.soundBytes();
      }
      assertEquals(0, grown, "the log never began anew, so its batches only follow each other");
      assertTrue(written > 2 * MEBIBYTE, () -> "too little for a second piece");
    }
  }

  /** A new log begins when the write buffer is full. Zeros follow in each. */
  @Test
  void newLog_isExtendedToo() throws IOException {
    try (RocksGroupStore store = fixture.open()) {
      push(store, 0, "");
      Path first = StoreFixture.newest(fixture.directory, ".log");
      Path log = first;
      for (int i = 1; log.equals(first); i++) {
        push(store, i, "x".repeat(500_000));
        log = StoreFixture.newest(fixture.directory, ".log");
      }
      push(store, 1, "");
      WalTail tail = WalTail.of(log);
      assertTrue(tail.fileBytes() > tail.soundBytes(), tail::toString);
    }
  }

  /** A wipe begins a new log, however empty the write buffer is. */
  @Test
  void logsOfWipes_areExtendedToo() throws IOException {
    try (RocksGroupStore store = fixture.open()) {
      for (int i = 0; i < 4; i++) {
        StoreFixture.apply(store, new Change.Wipe());
      }
      push(store, 1, "");
      push(store, 2, "");
      WalTail tail = WalTail.of(StoreFixture.newest(fixture.directory, ".log"));
      assertTrue(tail.fileBytes() > tail.soundBytes(), tail::toString);
    }
  }

  @Test
  void crash_leavesZeros_andNoPushIsLost() throws IOException {
    Path crashed = temp.resolve("crashed");
    String text;
    try (RocksGroupStore store = fixture.open()) {
      for (int i = 0; i < 50; i++) {
        push(store, i, "x".repeat(i * 100));
      }
      text = StoreFixture.text(store);
      StoreFixture.copy(fixture.directory, crashed);
    }
    assertTrue(Files.size(StoreFixture.newest(crashed, ".log")) >= MEBIBYTE);

    try (ReadOnlyDatabase database = ReadOnlyDatabase.open(crashed)) {
      assertEquals(0, database.unfinishedBytes());
    }
    try (StoreFixture second = new StoreFixture(crashed)) {
      assertEquals(text, StoreFixture.text(second.open()));
    }
  }

  /** RocksDB refuses a log that is longer than the next log says. */
  @Test
  void crash_withSeveralLogs_losesNoRecord() throws Exception {
    int records = writeSeveralLogs();
    for (WalTail log : WalTail.ofDirectory(fixture.directory)) {
      appendZeros(log.log(), 300_000);
    }

    try (RocksDatabase database = RocksDatabase.open(fixture.directory)) {
      for (int i = 0; i < records; i++) {
        assertEquals(VALUE_BYTES, requireNonNull(database.get(new byte[] {(byte) i})).length);
      }
    }
  }

  /**
   * The last bytes of a block are written with the next record alone: they are no part of a log.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6, 7})
  void crash_withLogThatEndsNearTheEndOfABlock_losesNoRecord(int bytesBefore) throws Exception {
    withRocks(
        database -> {
          put(database, 0, 1_000);
          long end = Files.size(StoreFixture.newest(fixture.directory, ".log"));
          int room = (int) (BLOCK_BYTES - end - bytesBefore);
          put(database, 1, room - RECORD_BYTES);
          assertEquals(
              BLOCK_BYTES - bytesBefore,
              Files.size(StoreFixture.newest(fixture.directory, ".log")));
          try (FlushOptions begins = new FlushOptions().setWaitForFlush(false)) {
            database.flush(begins);
          }
          put(database, 2, 1_000);
        });
    List<WalTail> logs = WalTail.ofDirectory(fixture.directory);
    assertEquals(2, logs.size());
    appendZeros(logs.get(0).log(), 300_000);

    try (RocksDatabase database = RocksDatabase.open(fixture.directory)) {
      for (int i = 0; i < 3; i++) {
        assertNotNull(database.get(new byte[] {(byte) i}));
      }
    }
  }

  /** The tool leaves files as they are, and so cannot cut off what a power loss has torn. */
  @Test
  void tornEnd_beforeZeros_isReadUpToThere() throws IOException {
    Path log;
    String text;
    try (RocksGroupStore store = fixture.open()) {
      push(store, 0, "");
      text = StoreFixture.text(store);
      push(store, 1, "x".repeat(10_000));
      log = StoreFixture.newest(fixture.directory, ".log");
    }
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(5_000), file.size() - 5_000);
    }
    appendZeros(log, 300_000);

    try (ReadOnlyDatabase database = ReadOnlyDatabase.open(fixture.directory)) {
      assertTrue(database.unfinishedBytes() > 4_000);
    }
    try (RocksGroupStore store = fixture.open()) {
      assertEquals(text, StoreFixture.text(store));
    }
  }

  /** Zeros hide no loss: the next log tells how the older one ended. */
  @Test
  void olderLog_thatLostItsEndToZeros_isRefused() throws Exception {
    writeSeveralLogs();
    WalTail oldest = WalTail.ofDirectory(fixture.directory).get(0);
    int lost = VALUE_BYTES + 100;
    try (FileChannel file = FileChannel.open(oldest.log(), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(lost), oldest.soundBytes() - lost);
    }

    DiskException refused =
        assertThrows(DiskException.class, () -> RocksDatabase.open(fixture.directory));
    assertTrue(refused.getMessage().contains("is damaged"), refused::getMessage);
  }

  @Test
  @Tag("root")
  void fullDisk_keepsItsSpace() throws Exception {
    try (SmallDisk disk = new SmallDisk(temp.resolve("disk"), 32)) {
      StoreFixture small = new StoreFixture(disk.root().resolve("store"));
      try (small) {
        push(small.open(), 1, "");
        assertTrue(
            Files.size(StoreFixture.newest(small.directory, ".log")) < MEBIBYTE,
            "zeros on a small disk");
      }
    }
  }

  /**
   * Writes records of which none gets into a table, as before a crash. Returns how many.
   *
   * <p>RocksDB itself cuts off zeros when it is closed, so the test appends them afterwards.
   */
  private int writeSeveralLogs() throws Exception {
    int records = 9;
    withRocks(
        database -> {
          for (int i = 0; i < records; i++) {
            put(database, i, VALUE_BYTES);
          }
        });
    assertTrue(WalTail.ofDirectory(fixture.directory).size() > 2);
    return records;
  }

  private interface Writing {
    void writeTo(RocksDB database) throws RocksDBException, IOException;
  }

  /** Opens RocksDB so that no table is written. */
  private void withRocks(Writing writing) throws Exception {
    RocksDB.loadLibrary();
    Files.createDirectories(fixture.directory);
    Properties verified = new Properties();
    verified.setProperty("track_and_verify_wals", "true");
    try (DBOptions parsed = requireNonNull(DBOptions.getDBOptionsFromProps(verified));
        ColumnFamilyOptions family = new ColumnFamilyOptions();
        Options options =
            new Options(parsed, family)
                .setCreateIfMissing(true)
                .setWriteBufferSize(1 << 20)
                .setMaxWriteBufferNumber(8);
        RocksDB database = RocksDB.open(options, fixture.directory.toString())) {
      database.pauseBackgroundWork();
      writing.writeTo(database);
    }
  }

  private static void put(RocksDB database, int key, int valueBytes) throws RocksDBException {
    try (WriteOptions synced = new WriteOptions().setSync(true)) {
      database.put(synced, new byte[] {(byte) key}, new byte[valueBytes]);
    }
  }

  private static void push(RocksGroupStore store, int number, String label) {
    StoreFixture.apply(
        store, Pushes.put(Pushes.job("j" + number), "m{l=\"" + label + "\"} " + number + "\n"));
  }

  private static void appendZeros(Path log, int count) throws IOException {
    Files.write(log, new byte[count], StandardOpenOption.APPEND);
  }
}
