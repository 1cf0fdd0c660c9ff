package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.store.StoreRecord;
import io.holdfast.storage.disk.RecordWrites;
import io.holdfast.storage.disk.RocksDatabase;
import io.holdfast.testkit.Seed;
import io.holdfast.testkit.SmallDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Directories that a store must not be opened on, and what the operator is told. */
class DamagedStoreTest {
  private static final GroupKey A = Pushes.job("a");

  @TempDir private Path temp;
  private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void setUp() {
    directory = temp.resolve("store");
    fixture = new StoreFixture(directory);
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  private String refusal() {
    return assertThrows(
            StoreException.class, () -> fixture.openOrRefuse(StoreFixture.options(directory)))
        .getMessage();
  }

  private static void assertContains(String part, String message) {
    assertTrue(message.contains(part), message);
  }

  private String filled() {
    try (RocksGroupStore store = fixture.open()) {
      List<CompletableFuture<WriteOutcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        outcomes.add(store.submit(Pushes.put(Pushes.job("j" + i), "m 1\nn{l=\"v\"} 2\n")));
      }
      outcomes.add(store.submit(Pushes.put(A, "m 1\n")));
      outcomes.forEach(
          outcome -> assertEquals(new WriteOutcome.Applied(), StoreFixture.result(outcome)));
      return StoreFixture.text(store);
    }
  }

  @Test
  void openTwice_inTheSameProcess_isRefused() {
    try (RocksGroupStore store = fixture.open()) {
      assertContains("--storage.path=" + directory + " is in use already", refusal());
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
    }
    fixture.open();
  }

  @Test
  void openInAnotherProcess_isRefused() throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                classPath,
                OtherProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
      String line = output.readLine();
      while (line != null && !line.equals(OtherProcess.OPEN)) {
        line = output.readLine();
      }
      assertEquals(OtherProcess.OPEN, line);
      assertContains("--storage.path=" + directory + " is in use already", refusal());
    } finally {
      other.getOutputStream().close();
      other.waitFor();
    }
    fixture.open();
  }

  @Test
  void directoryThatIsAFile_isRefused() throws IOException {
    Files.writeString(directory, "a file");
    assertEquals(
        "--storage.path=" + directory + ": " + directory + " is not a directory", refusal());
    assertEquals("a file", Files.readString(directory));
  }

  @Test
  void directoryBelowAFile_isRefused() throws IOException {
    Files.writeString(directory, "a file");
    Path below = directory.resolve("store");
    StoreException refused =
        assertThrows(StoreException.class, () -> fixture.openOrRefuse(StoreFixture.options(below)));
    assertContains("--storage.path=" + below, refused.getMessage());
  }

  /** The name holds a word that a lock's message holds too. */
  @Tag("root")
  @Test
  void readOnlyDisk_isRefused_andNotTakenForALock() {
    try (SmallDisk disk = new SmallDisk(temp.resolve("lock"), 8)) {
      directory = disk.root().resolve("data");
      try (StoreFixture before = new StoreFixture(directory)) {
        StoreFixture.apply(before.open(), Pushes.put(A, "m 1\n"));
      }
      disk.makeReadOnly();
      String refusal = refusal();
      assertContains("Read-only file system", refusal);
      assertContains("cannot be written", refusal);
      directory = disk.root().resolve("new");
      assertContains("--storage.path=" + directory + " cannot be created", refusal());
    }
  }

  @Test
  void anotherFormat_isRefused() {
    filled();
    byte[] record = StoreRecord.newBuilder().setFormat(2).setNode(1).build().toByteArray();
    put(RecordKeys.STORE, record);
    assertContains("has format 2, but this Holdfast reads format 1 only", refusal());
    put(RecordKeys.STORE, record.clone());
    put(
        RecordKeys.STORE,
        StoreRecord.newBuilder().setFormat(StoreLoader.FORMAT).setNode(1).build().toByteArray());
    assertEquals(201, fixture.open().exposition().groups());
  }

  private void put(byte[] key, byte[] value) {
    try (RocksDatabase database = RocksDatabase.open(directory);
        RecordWrites batch = database.newWrites()) {
      batch.put(key, value);
      database.commit(batch);
    }
  }

  @Test
  void aRocksDbOfSomebodyElse_isRefused_andKeepsItsRecords() throws RocksDBException, IOException {
    Files.createDirectories(directory);
    RocksDB.loadLibrary();
    byte[] key = {'k'};
    byte[] value = {'v'};
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB foreign = RocksDB.open(options, directory.toString())) {
      foreign.put(key, value);
    }
    assertContains("holds a RocksDB that Holdfast has not made", refusal());
    try (Options options = new Options();
        RocksDB foreign = RocksDB.open(options, directory.toString())) {
      assertArrayEquals(value, foreign.get(key));
    }
  }

  /** Whatever byte is bad: refused by name, or nothing was lost. Mended, everything is there. */
  @Test
  void damagedTable_isRefused_andNothingIsChanged() throws IOException {
    String text = filled();
    // Opening moves what is in the log to a table.
    fixture.open().close();
    Path table = StoreFixture.newest(directory, ".sst");
    byte[] whole = Files.readAllBytes(table);
    int refused = 0;
    for (int i = 0; i < 12; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      byte[] damaged = whole.clone();
      int at = i == 0 ? 20 : random.nextInt(whole.length);
      damaged[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(table, damaged);
      Map<String, byte[]> before = StoreFixture.files(directory);
      try {
        try (RocksGroupStore store = fixture.openOrRefuse(StoreFixture.options(directory))) {
          assertEquals(text, StoreFixture.text(store), Seed.message(seed) + ", byte " + at);
        }
      } catch (StoreException e) {
        refused++;
        assertContains("is damaged", e.getMessage());
        assertContains(table.getFileName().toString(), e.getMessage());
      }
      assertArrayEquals(before.get(table.getFileName().toString()), Files.readAllBytes(table));
    }
    assertTrue(refused > 6, refused + " refused");
    Files.write(table, whole);
    assertEquals(text, StoreFixture.text(fixture.open()));
  }

  @Test
  void missingTable_isRefused() throws IOException {
    filled();
    fixture.open().close();
    Path table = StoreFixture.newest(directory, ".sst");
    Files.move(table, temp.resolve("kept"));
    assertContains(table.getFileName().toString(), refusal());
    Files.move(temp.resolve("kept"), table);
    assertEquals(201, fixture.open().exposition().groups());
  }

  @Test
  void missingLog_isRefused() throws IOException {
    filled();
    Path wal = StoreFixture.newest(directory, ".log");
    Files.move(wal, temp.resolve("kept"));
    assertContains("is damaged: Opening an existing DB with no WAL files", refusal());
    Files.move(temp.resolve("kept"), wal);
    assertEquals(201, fixture.open().exposition().groups());
  }

  @Test
  void aRecordThatIsNone_isRefused_andNamed() {
    filled();
    byte[] bad = {(byte) 0xff, (byte) 0xff};
    put(RecordKeys.family(A, "m"), bad);
    String refusal = refusal();
    assertContains("holds a record that is not of format 1: key gjob\\xffa\\xfem: ", refusal);
    try (RocksDatabase database = RocksDatabase.open(directory)) {
      assertArrayEquals(bad, database.get(RecordKeys.family(A, "m")));
    }
  }

  @Test
  void aKeyThatIsNone_isRefused() {
    for (String key :
        new String[] {"g", "gjob", "gjob\u00ffa", "gjob\u00fe", "gj\u00ff\u00ffa\u00fe"}) {
      directory = temp.resolve("store-" + key.hashCode());
      put(
          RecordKeys.STORE,
          StoreRecord.newBuilder().setFormat(StoreLoader.FORMAT).setNode(1).build().toByteArray());
      put(key.getBytes(StandardCharsets.ISO_8859_1), new byte[0]);
      assertContains("(expected: labels, each a name, FF, a value, FE)", refusal());
    }
  }
}
