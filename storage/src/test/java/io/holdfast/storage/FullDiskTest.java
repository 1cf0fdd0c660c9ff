package io.holdfast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Unavailable;
import io.holdfast.testkit.Seed;
import io.holdfast.testkit.SmallDisk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store on a disk of a few megabytes that fills up under it. */
@Tag("root")
class FullDiskTest {
  private static final long MEGABYTE = 1 << 20;
  private static final int MEGABYTES = 32;
  private static final GroupKey A = Pushes.job("a");

  @TempDir private Path temp;
  private SmallDisk disk;
  private StoreFixture fixture;

  @BeforeEach
  void mount() {
    disk = new SmallDisk(temp.resolve("disk"), MEGABYTES);
    fixture = new StoreFixture(disk.root().resolve("store"));
  }

  @AfterEach
  void unmount() {
    try {
      fixture.close();
    } finally {
      disk.close();
    }
  }

  @Test
  void fullDisk_refusesPushes_goesOnShowing_andRecoversWithEverythingAcknowledged()
      throws IOException {
    RocksGroupStore store = fixture.open();
    Set<String> acknowledged = new TreeSet<>();
    Path ballast = disk.root().resolve("ballast");
    fillDisk(ballast, 0);
    Unavailable refused = pushUntilRefused(store, acknowledged);
    assertTrue(
        refused.refusal().text().contains("No space left on device"), refused.refusal().text());
    assertTrue(store.unwritable().isPresent());
    assertShows(store, acknowledged);

    Files.delete(ballast);
    awaitWritable(store);
    assertShows(store, acknowledged);
    StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
    store.close();
    assertShows(fixture.open(), acknowledged);
  }

  /** Enough for several tables: the space runs out in the log, in flushes and in compactions. */
  @Test
  void diskThatFillsUpAgainAndAgain_losesNothingAcknowledged() {
    RocksGroupStore store = fixture.open();
    Set<String> acknowledged = new TreeSet<>();
    for (int megabytes = MEGABYTES + 12; megabytes <= MEGABYTES + 36; megabytes += 12) {
      Unavailable refused = pushUntilRefused(store, acknowledged);
      assertTrue(refused.refusal().text().contains("cannot be written"), refused.refusal().text());
      assertShows(store, acknowledged);
      disk.resize(megabytes);
      awaitWritable(store);
      assertShows(store, acknowledged);
    }
    store.close();
    assertShows(fixture.open(), acknowledged);
  }

  @Test
  void reserve_isKeptForDeletes() throws IOException, StoreException {
    StoreOptions options = reserving(6 * MEGABYTE);
    RocksGroupStore store = fixture.openOrRefuse(options);
    StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
    Path ballast = disk.root().resolve("ballast");
    fillDisk(ballast, 4 * MEGABYTE);
    await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isPresent());
    String reason = store.unwritable().orElseThrow().text();
    assertTrue(
        reason.matches(
            "the disk of --storage.path is full: [0-9]+ bytes free \\(expected: at least"
                + " 6291456\\)"),
        reason);
    WriteOutcome refused = StoreFixture.submit(store, Pushes.put(A, "m 2\n"));
    assertInstanceOf(Unavailable.class, refused);
    StoreFixture.apply(store, new Change.Delete(A));
    StoreFixture.apply(store, new Change.Wipe());
    assertEquals("", StoreFixture.text(store));
    Files.delete(ballast);
    awaitWritable(store);
    StoreFixture.apply(store, Pushes.put(A, "m 3\n"));

    // The reserve holds from the first push on.
    store.close();
    fillDisk(ballast, 4 * MEGABYTE);
    RocksGroupStore again = fixture.openOrRefuse(options);
    assertInstanceOf(Unavailable.class, StoreFixture.submit(again, Pushes.put(A, "m 4\n")));
    StoreFixture.apply(again, new Change.Delete(A));
  }

  /** After a write that failed the store opens anew below its reserve too: deletes need it. */
  @Test
  void deletes_freeAStoreThatHadFailed() throws IOException, StoreException {
    disk.resize(64);
    RocksGroupStore store = fixture.openOrRefuse(reserving(40 * MEGABYTE));
    StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
    // Larger than the space that RocksDB has set aside for its log, so that it must fail.
    Change large = Pushes.put(A, body(1, 120_000));
    Path ballast = disk.root().resolve("ballast");
    fillDisk(ballast, 0);
    assertInstanceOf(Unavailable.class, StoreFixture.submit(store, large));
    Files.delete(ballast);
    fillDisk(ballast, 30 * MEGABYTE);
    await()
        .atMost(StoreFixture.PATIENCE)
        .untilAsserted(() -> StoreFixture.apply(store, new Change.Delete(A)));
    assertTrue(
        store.unwritable().orElseThrow().text().contains("is full"), "" + store.unwritable());
    assertEquals("", StoreFixture.text(store));
  }

  private StoreOptions reserving(long bytes) {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return new StoreOptions(
        usual.directory(),
        usual.surroundings(),
        new StoreOptions.Capacity(
            usual.capacity().queuedChanges(), bytes, usual.capacity().maximumMemoryBytes()),
        usual.rules(),
        null);
  }

  /** Hardly to be compressed, so that it takes its space in tables too. */
  private static String body(long seed, int series) {
    RandomGenerator random = Seed.random(seed);
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < series; i++) {
      body.append("m{l=\"");
      for (int j = 0; j < 8; j++) {
        body.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36));
      }
      body.append("\"} 1\n");
    }
    return body.append("done 1\n").toString();
  }

  private static Unavailable pushUntilRefused(RocksGroupStore store, Set<String> acknowledged) {
    for (int i = 0; i < 10_000; i++) {
      String job = "j" + acknowledged.size();
      Change push = Pushes.put(Pushes.job(job), body(acknowledged.size(), 400));
      WriteOutcome outcome = StoreFixture.submit(store, push);
      if (outcome instanceof Unavailable refused) {
        return refused;
      }
      assertEquals(new Applied(), outcome);
      acknowledged.add("done{instance=\"\",job=\"" + job + "\"} 1");
    }
    throw new AssertionError("the disk never filled up");
  }

  /** Leaves about this much. */
  private void fillDisk(Path ballast, long free) throws IOException {
    long bytes = Files.getFileStore(disk.root()).getUsableSpace() - free;
    byte[] piece = new byte[64 * 1024];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      for (long written = 0; written < bytes; written += piece.length) {
        out.write(piece);
      }
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
    }
  }

  private static void awaitWritable(RocksGroupStore store) {
    await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isEmpty());
  }

  /** What was acknowledged; the push that was refused may be there too. */
  private static void assertShows(RocksGroupStore store, Set<String> acknowledged) {
    Set<String> missing = new TreeSet<>(acknowledged);
    StoreFixture.text(store).lines().filter(line -> line.startsWith("d")).forEach(missing::remove);
    assertEquals(Set.of(), missing);
  }
}
