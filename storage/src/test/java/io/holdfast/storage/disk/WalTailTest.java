package io.holdfast.storage.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Pushes;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreFixture;
import io.holdfast.testkit.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that RocksDB wrote, and what power losses and bad disks make of them. */
class WalTailTest {
  private static final int PUSHES = 12;
  private static final String LONG = "x".repeat(9_000);

  @TempDir private Path temp;
  private StoreFixture fixture;
  private Path wal;
  private byte[] whole;

  /** Where the log ended after each push. */
  private final List<Integer> ends = new ArrayList<>();

  /** What a scrape showed then. */
  private final List<String> texts = new ArrayList<>();

  @BeforeEach
  void writeLog() throws IOException {
    fixture = new StoreFixture(temp.resolve("store"));
    try (RocksGroupStore store = fixture.open()) {
      for (int i = 0; i < PUSHES; i++) {
        // Every third is large, so that batches cross the borders of blocks.
        String label = i % 3 == 0 ? LONG : "";
        StoreFixture.apply(store, Pushes.put(Pushes.job("j" + i), "m{l=\"" + label + "\"} 1\n"));
        wal = StoreFixture.newest(fixture.directory, ".log");
        ends.add((int) WalTail.of(wal).soundBytes());
        texts.add(StoreFixture.text(store));
      }
    }
    whole = Files.readAllBytes(wal);
    assertEquals(ends.get(PUSHES - 1), whole.length);
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  @Test
  void log_asWritten_isSound() throws IOException {
    WalTail tail = WalTail.of(wal);
    assertFalse(tail.isTorn());
    assertFalse(tail.isDamaged());
    assertEquals(whole.length, tail.soundBytes());
  }

  @Test
  void log_cutAnywhere_isTornThere_andStartsWithAllBeforeTheCut() throws IOException {
    for (int i = 0; i < 8; i++) {
      long seed = Seed.ofCase(i);
      int cut = Seed.random(seed).nextInt(ends.get(0), whole.length);
      Files.write(wal, Arrays.copyOf(whole, cut));
      int survivors = survivors(cut);
      WalTail tail = WalTail.of(wal);
      assertFalse(tail.isDamaged(), Seed.message(seed));
      assertEquals(ends.get(survivors - 1), (int) tail.soundBytes(), Seed.message(seed));
      assertStartsWith(texts.get(survivors - 1), Seed.message(seed) + ", cut at " + cut);
    }
  }

  /** A power loss can leave the last record with its length and without all its bytes. */
  @Test
  void lastBatch_torn_isDropped_andEverythingBeforeItIsThere() throws IOException {
    for (int i = 0; i < 12; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      int last = random.nextInt(1, PUSHES);
      int from = ends.get(last - 1);
      int to = ends.get(last);
      byte[] torn = Arrays.copyOf(whole, to);
      int hole = random.nextInt(from, to);
      int holeEnd = random.nextInt(3) == 0 ? to : random.nextInt(hole, to) + 1;
      boolean isGarbage = random.nextBoolean();
      for (int at = hole; at < holeEnd; at++) {
        torn[at] = (byte) (isGarbage ? torn[at] ^ (1 + random.nextInt(255)) : 0);
      }
      // Zeros where zeros were tear nothing.
      int survivors = Arrays.equals(torn, Arrays.copyOf(whole, to)) ? last + 1 : last;
      Files.write(wal, torn);
      String message = Seed.message(seed) + ", batch " + last + ", bytes " + hole + "-" + holeEnd;
      assertStartsWith(texts.get(survivors - 1), message);
    }
  }

  @Test
  void zerosBehindTheLastBatch_areDropped() throws IOException {
    for (int zeros : new int[] {1, 7, 40_000}) {
      Files.write(wal, Arrays.copyOf(whole, whole.length + zeros));
      assertStartsWith(texts.get(PUSHES - 1), zeros + " zeros");
    }
  }

  @Test
  void damageBeforeAnotherBatch_isRefused_namesTheFile_andChangesNothing() throws IOException {
    for (int i = 0; i < 40; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      byte[] damaged = whole.clone();
      int at = random.nextInt(0, ends.get(PUSHES - 2));
      int length = random.nextInt(1, Math.min(40, ends.get(PUSHES - 2) - at + 1));
      for (int j = at; j < at + length; j++) {
        damaged[j] ^= (byte) (1 + random.nextInt(255));
      }
      Files.write(wal, damaged);
      assertTrue(WalTail.of(wal).isDamaged(), Seed.message(seed) + ", byte " + at);
      StoreException refused = assertThrows(StoreException.class, this::openDirectly);
      assertTrue(refused.getMessage().contains(wal.toString()), refused.getMessage());
      assertArrayEquals(damaged, Files.readAllBytes(wal));
    }
    Files.write(wal, whole);
    assertStartsWith(texts.get(PUSHES - 1), "mended");
  }

  /** Without a look of its own the store would lose these: RocksDB takes them for a torn end. */
  @Test
  void lengthThatReachesBeyondTheEnd_withBatchesBehind_isRefused() throws IOException {
    byte[] damaged = whole.clone();
    int header = ends.get(PUSHES - 3);
    damaged[header + 5] = (byte) 0x7f;
    Files.write(wal, damaged);
    WalTail tail = WalTail.of(wal);
    assertTrue(tail.isDamaged());
    assertEquals(header, (int) tail.damagedAt());
    assertThrows(StoreException.class, this::openDirectly);
  }

  @Test
  void tornEnd_isKeptAside() throws IOException {
    byte[] torn = whole.clone();
    torn[whole.length - 3] ^= 0x55;
    Files.write(wal, torn);
    try (RocksGroupStore store = fixture.open()) {
      assertEquals(texts.get(PUSHES - 2), StoreFixture.text(store));
    }
    try (Stream<Path> files = Files.list(fixture.directory)) {
      List<Path> copies = files.filter(file -> file.toString().contains(".log.torn-")).toList();
      assertEquals(1, copies.size());
      assertArrayEquals(torn, Files.readAllBytes(copies.get(0)));
    }
  }

  private void openDirectly() throws StoreException {
    fixture.openOrRefuse(StoreFixture.options(fixture.directory)).close();
  }

  private int survivors(int cut) {
    int whole = 0;
    while (whole < ends.size() && ends.get(whole) <= cut) {
      whole++;
    }
    return whole;
  }

  /** On a copy, which may be pushed to and opened again. */
  private void assertStartsWith(String text, String message) {
    Path directory = temp.resolve("copy-" + System.nanoTime());
    StoreFixture.copy(fixture.directory, directory);
    try (StoreFixture copy = new StoreFixture(directory)) {
      try (RocksGroupStore store = copy.open()) {
        assertEquals(text, StoreFixture.text(store), message);
        StoreFixture.apply(store, Pushes.put(Pushes.job("after"), "after 1\n"));
        text = StoreFixture.text(store);
      } catch (AssertionError e) {
        throw new AssertionError(message, e);
      }
      try (RocksGroupStore store = copy.open()) {
        assertEquals(text, StoreFixture.text(store), message);
      }
    }
  }
}
