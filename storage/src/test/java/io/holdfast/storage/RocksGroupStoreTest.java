package io.holdfast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Rejected;
import io.holdfast.storage.WriteOutcome.Unavailable;
import io.holdfast.storage.disk.RocksDatabase;
import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksGroupStoreTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey A_TWIN = Pushes.group("instance", "", "job", "a");
  private static final GroupKey B = Pushes.job("b");

  @TempDir private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  @AfterEach
  void nothingIsLeft() {
    fixture.close();
    // Whatever the test did, the directory is free again.
    try (RocksGroupStore store = fixture.open()) {
      assertTrue(store.unwritable().isEmpty());
    }
    fixture.close();
  }

  @Test
  void restart_restoresEveryByte() {
    for (int i = 0; i < 3; i++) {
      long seed = Seed.ofCase(i);
      RandomPushes pushes = new RandomPushes(Seed.random(seed));
      String text;
      long series;
      try (RocksGroupStore store = fixture.open()) {
        for (int n = 0; n < 60; n++) {
          StoreFixture.submit(store, pushes.next());
        }
        text = StoreFixture.text(store);
        series = store.exposition().series();
      }
      try (RocksGroupStore store = fixture.open()) {
        assertEquals(text, StoreFixture.text(store), Seed.message(seed));
        assertEquals(series, store.exposition().series(), Seed.message(seed));
      }
    }
  }

  /** The twin's claim is younger than A's, although A's last push is younger than both. */
  @Test
  void restart_keepsWhoWasFirst() {
    String text;
    try (RocksGroupStore store = fixture.open()) {
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
      assertInstanceOf(Rejected.class, StoreFixture.submit(store, Pushes.put(A_TWIN, "m 2\n")));
      StoreFixture.apply(store, Pushes.put(A, "m 3\n"));
      text = StoreFixture.text(store);
      assertTrue(text.contains("m{instance=\"\",job=\"a\"} 3\n"), text);
    }
    try (RocksGroupStore store = fixture.open()) {
      assertEquals(text, StoreFixture.text(store));
      assertEquals(2, store.exposition().shadowedSeries());
      StoreFixture.apply(store, Pushes.put(A, "m 4\n"));
      assertInstanceOf(Rejected.class, StoreFixture.submit(store, Pushes.put(A_TWIN, "m 5\n")));
    }
  }

  @Test
  void versions_goOn_whenTheWallClockWasSetBack() throws StoreException {
    for (String time : List.of("2031-01-01T00:00:00Z", "2001-01-01T00:00:00Z")) {
      try (RocksGroupStore store = fixture.openOrRefuse(at(time))) {
        StoreFixture.apply(store, Pushes.put(A, "m{at=\"" + time + "\"} 1\n"));
        assertTrue(StoreFixture.text(store).contains(time), StoreFixture.text(store));
      }
    }
    try (RocksGroupStore store = fixture.openOrRefuse(at("1969-12-31T23:00:00Z"))) {
      assertTrue(StoreFixture.text(store).contains("2001"), StoreFixture.text(store));
      StoreFixture.apply(store, new Change.Delete(A));
    }
    try (RocksGroupStore store = fixture.openOrRefuse(at("2001-01-01T00:00:00Z"))) {
      assertEquals("", StoreFixture.text(store));
    }
  }

  private StoreOptions at(String time) {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return new StoreOptions(
        usual.directory(),
        new StoreOptions.Surroundings(
            InstantSource.fixed(Instant.parse(time)),
            System::nanoTime,
            usual.surroundings().listener()),
        usual.capacity(),
        usual.rules(),
        null);
  }

  @Test
  void changes_takeEffectInTheOrderOfSubmission() {
    long seed = Seed.ofCase(0);
    RandomPushes pushes = new RandomPushes(Seed.random(seed));
    WholeState expected = new WholeState(Map.of());
    try (RocksGroupStore store = fixture.open()) {
      List<Boolean> accepted = new ArrayList<>();
      List<CompletableFuture<WriteOutcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 900; i++) {
        Change change = pushes.next();
        accepted.add(expected.apply(change));
        outcomes.add(store.submit(change));
      }
      for (int i = 0; i < outcomes.size(); i++) {
        boolean isApplied = StoreFixture.result(outcomes.get(i)) instanceof Applied;
        assertEquals(accepted.get(i), isApplied, Seed.message(seed) + ", change " + i);
      }
      assertEquals(expected.text(), StoreFixture.text(store), Seed.message(seed));
    }
  }

  @Test
  void outcome_isKnown_onlyWhenTheExpositionShowsIt() {
    try (RocksGroupStore store = fixture.open()) {
      List<CompletableFuture<String>> shown = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        shown.add(
            store
                .submit(Pushes.put(Pushes.job("j" + i), "m 1\n"))
                .thenApply(outcome -> StoreFixture.text(store)));
      }
      for (int i = 0; i < 100; i++) {
        String text = shown.get(i).join();
        assertTrue(text.contains("m{instance=\"\",job=\"j" + i + "\"} 1\n"), text);
      }
    }
  }

  @Test
  void rejectedPush_keepsItsFailureTime() {
    String text;
    try (RocksGroupStore store = fixture.open()) {
      StoreFixture.apply(store, Pushes.put(A, "# TYPE m gauge\nm 1\n"));
      Change conflicting = Pushes.put(B, "# TYPE m counter\nm 1\n");
      assertInstanceOf(Rejected.class, StoreFixture.submit(store, conflicting));
      Change wrong = Pushes.put(Pushes.job("c"), "m 1 1234567\n");
      assertInstanceOf(Rejected.class, StoreFixture.submit(store, wrong));
      text = StoreFixture.text(store);
    }
    for (String job : List.of("b", "c")) {
      String labels = "{instance=\"\",job=\"" + job + "\"}";
      assertTrue(text.contains("push_time_seconds" + labels + " 0\n"), text);
      assertTrue(text.contains("push_failure_time_seconds" + labels + " 1.7000000005e+09\n"), text);
    }
    try (RocksGroupStore store = fixture.open()) {
      assertEquals(text, StoreFixture.text(store));
    }
  }

  @Test
  void deletedGroup_leavesNothingOnTheDisk() {
    try (RocksGroupStore store = fixture.open()) {
      StoreFixture.apply(store, Pushes.put(A, "m 1\nn 1\n"));
      StoreFixture.apply(store, Pushes.put(B, "m 1\nn 1\n"));
      StoreFixture.apply(store, Pushes.put(B, "m 1\n"));
      StoreFixture.submit(store, Pushes.put(A_TWIN, "o 1\n"));
      StoreFixture.apply(store, new Change.Delete(A_TWIN));
      StoreFixture.apply(store, new Change.Delete(A));
      StoreFixture.apply(store, new Change.Delete(A));
      StoreFixture.apply(store, new Change.Delete(Pushes.job("never there")));
    }
    assertEquals(List.of(B + "", B + " m"), storedKeys());
  }

  private List<String> storedKeys() {
    List<String> keys = new ArrayList<>();
    try (RocksDatabase database = RocksDatabase.open(fixture.directory)) {
      database.forEach(
          RecordKeys.FIRST_GROUP,
          RecordKeys.BEHIND_GROUPS,
          (key, value) -> {
            GroupKey group = RecordKeys.groupOf(key);
            String name = new String(key, StandardCharsets.UTF_8);
            String family = name.substring(name.length() - 1);
            keys.add(RecordKeys.isFamily(key) ? group + " " + family : group + "");
          });
    }
    return keys;
  }

  @Test
  void wipeOf50000Groups_isOneCommit_andDurable() throws StoreException {
    int groups = 50_000;
    List<String> commits = new ArrayList<>();
    StoreOptions options = withQueue(groups, (n, bytes, nanos) -> commits.add(n + "/" + bytes));
    try (RocksGroupStore store = fixture.openOrRefuse(options)) {
      List<CompletableFuture<WriteOutcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < groups; i++) {
        outcomes.add(store.submit(Pushes.put(Pushes.job("j" + i), "m 1\n")));
      }
      outcomes.forEach(outcome -> assertEquals(new Applied(), StoreFixture.result(outcome)));
      assertEquals(groups, store.exposition().groups());
      commits.clear();
      StoreFixture.apply(store, new Change.Wipe());
      assertEquals(1, commits.size());
      assertTrue(commits.get(0).matches("1/[0-9]{1,3}"), commits.toString());
      assertEquals("", StoreFixture.text(store));
      assertEquals(0, store.exposition().series());
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
    }
    assertEquals(List.of(A + "", A + " m"), storedKeys());
    try (RocksGroupStore store = fixture.open()) {
      assertEquals(1, store.exposition().groups());
    }
  }

  private StoreOptions withQueue(int capacity, CommitListener listener) {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return new StoreOptions(
        usual.directory(),
        new StoreOptions.Surroundings(usual.surroundings().clock(), System::nanoTime, listener),
        StoreOptions.Capacity.ofQueue(capacity),
        usual.rules(),
        null);
  }

  /** Holds the writer up in its first commit until released. */
  private static final class Brake implements CommitListener {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    final AtomicInteger commits = new AtomicInteger();

    @Override
    public void committed(int changes, long bytes, long nanos) {
      commits.incrementAndGet();
      reached.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void cancelledChange_isNotBegun() throws StoreException, InterruptedException {
    Brake brake = new Brake();
    try (RocksGroupStore store = fixture.openOrRefuse(withQueue(10, brake))) {
      CompletableFuture<WriteOutcome> first = store.submit(Pushes.put(A, "m 1\n"));
      brake.reached.await();
      CompletableFuture<WriteOutcome> cancelled = store.submit(Pushes.put(B, "m 2\n"));
      CompletableFuture<WriteOutcome> last = store.submit(Pushes.put(Pushes.job("c"), "m 3\n"));
      cancelled.cancel(false);
      brake.released.countDown();
      assertEquals(new Applied(), StoreFixture.result(first));
      assertEquals(new Applied(), StoreFixture.result(last));
      assertEquals(2, store.exposition().groups());
    }
  }

  @Test
  void fullQueue_isUnavailable_andManyChangesShareACommit()
      throws StoreException, InterruptedException {
    Brake brake = new Brake();
    try (RocksGroupStore store = fixture.openOrRefuse(withQueue(3, brake))) {
      CompletableFuture<WriteOutcome> first = store.submit(Pushes.put(A, "m 1\n"));
      brake.reached.await();
      List<CompletableFuture<WriteOutcome>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(store.submit(Pushes.put(Pushes.job("w" + i), "m 1\n")));
      }
      assertEquals(3, store.queueDepth());
      assertEquals(3, store.queueCapacity());
      assertEquals(
          new Unavailable(
              new Refusal(
                  Refusal.Code.QUEUE_FULL, "the write queue is full (3 changes are waiting)")),
          StoreFixture.submit(store, Pushes.put(B, "m 1\n")));
      brake.released.countDown();
      assertEquals(new Applied(), StoreFixture.result(first));
      waiting.forEach(each -> assertEquals(new Applied(), StoreFixture.result(each)));
      assertEquals(2, brake.commits.get());
    }
  }

  @Test
  void close_commitsWhatWaits_andRefusesWhatComesLater()
      throws StoreException, InterruptedException {
    Brake brake = new Brake();
    RocksGroupStore store = fixture.openOrRefuse(withQueue(10, brake));
    List<CompletableFuture<WriteOutcome>> waiting = new ArrayList<>();
    waiting.add(store.submit(Pushes.put(A, "m 1\n")));
    brake.reached.await();
    waiting.add(store.submit(Pushes.put(B, "m 1\n")));
    Thread closing = new Thread(store::close);
    closing.start();
    await()
        .atMost(StoreFixture.PATIENCE)
        .until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    Unavailable shuttingDown =
        new Unavailable(new Refusal(Refusal.Code.SHUTTING_DOWN, "the server is shutting down"));
    assertEquals(shuttingDown, StoreFixture.submit(store, Pushes.put(A, "m 9\n")));
    brake.released.countDown();
    closing.join();
    waiting.forEach(each -> assertEquals(new Applied(), StoreFixture.result(each)));
    assertEquals(shuttingDown, StoreFixture.submit(store, new Change.Delete(A)));
    store.close();
    assertEquals(2, store.exposition().groups());
    try (RocksGroupStore again = fixture.open()) {
      assertEquals(StoreFixture.text(store), StoreFixture.text(again));
    }
  }

  @Test
  void callbackExecutorThatWasShutDown_keepsNobodyWaiting() throws StoreException {
    RocksGroupStore store =
        RocksGroupStore.open(
            StoreFixture.options(fixture.directory),
            task -> {
              throw new RejectedExecutionException("shut down");
            });
    try (store) {
      assertEquals(new Applied(), StoreFixture.submit(store, Pushes.put(A, "m 1\n")));
      assertEquals(new Applied(), StoreFixture.submit(store, Pushes.put(A, "m 2\n")));
    }
  }

  /** A mistake in the code for one change: the change is refused, and the store reopens. */
  @Test
  void changeThatBreaks_isRefused_andTheNextIsTaken() throws StoreException {
    AtomicInteger commits = new AtomicInteger();
    CommitListener failing =
        (changes, bytes, nanos) -> {
          if (commits.incrementAndGet() == 2) {
            throw new IllegalStateException("listener");
          }
        };
    try (RocksGroupStore store = fixture.openOrRefuse(withQueue(10, failing))) {
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
      assertEquals(
          new Unavailable(
              new Refusal(Refusal.Code.STORE_FAILED, "the store cannot be written: listener")),
          StoreFixture.submit(store, Pushes.put(B, "m 2\n")));
      await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isEmpty());
      StoreFixture.apply(store, Pushes.put(Pushes.job("c"), "m 3\n"));
      assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"a\"} 1\n"));
      assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"c\"} 3\n"));
    }
  }

  @Test
  void pushesThatWouldNotFitIntoMemory_areUnavailable_othersAreTaken() throws StoreException {
    StoreOptions small = withMemory(6_000);
    try (RocksGroupStore store = fixture.openOrRefuse(small)) {
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
      String large = "m{x=\"" + "y".repeat(6_000) + "\"} 1\n";
      WriteOutcome refused = StoreFixture.submit(store, Pushes.put(B, large));
      assertTrue(((Unavailable) refused).refusal().text().contains("-Xmx"), refused::toString);
      StoreFixture.apply(store, Pushes.put(A, "m 2\n"));
      StoreFixture.apply(store, new Change.Delete(A));
      assertEquals(0, store.exposition().groups());
    }
  }

  @Test
  void storeThatDoesNotFit_saysHowMuchItNeeds_andOpensWithThat() throws StoreException {
    try (RocksGroupStore store = fixture.open()) {
      for (int i = 0; i < 40; i++) {
        StoreFixture.apply(store, Pushes.put(Pushes.job("job" + i), "m{l=\"" + i + "\"} 1\n"));
      }
      StoreFixture.submit(store, Pushes.put(Pushes.job("failed"), "m 1 2\n"));
    }
    StoreException refused =
        assertThrows(StoreException.class, () -> fixture.openOrRefuse(withMemory(10_000)));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("HOLDFAST_JAVA_OPTS=-Xmx1m"), message);
    Matcher needed = Pattern.compile("--storage.max-memory=([0-9]+)").matcher(message);
    assertTrue(needed.find(), message);

    try (RocksGroupStore store =
        fixture.openOrRefuse(withMemory(Long.parseLong(needed.group(1))))) {
      assertEquals(41, store.exposition().groups());
      assertTrue(store.exposition().memoryBytes() <= Long.parseLong(needed.group(1)));
      StoreFixture.apply(store, new Change.Delete(Pushes.job("job1")));
    }
  }

  private StoreOptions withMemory(long bytes) {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return new StoreOptions(
        usual.directory(),
        usual.surroundings(),
        new StoreOptions.Capacity(usual.capacity().queuedChanges(), 0, bytes),
        usual.rules(),
        null);
  }

  /** A mistake in the writer's code stops the writer. All futures complete, and scrapes go on. */
  @Test
  void writerThatFails_tellsEverybody() throws StoreException {
    AtomicInteger commits = new AtomicInteger();
    CommitListener failing =
        (changes, bytes, nanos) -> {
          if (commits.incrementAndGet() == 2) {
            throw new AssertionError("listener");
          }
        };
    try (RocksGroupStore store = fixture.openOrRefuse(withQueue(10, failing))) {
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
      String text = StoreFixture.text(store);
      Unavailable failed =
          new Unavailable(
              new Refusal(
                  Refusal.Code.STORE_FAILED,
                  "the store's writer failed: java.lang.AssertionError: listener"));
      assertEquals(failed, StoreFixture.submit(store, Pushes.put(B, "m 1\n")));
      await().atMost(StoreFixture.PATIENCE).until(() -> StoreFixture.storeThreads().isEmpty());
      assertEquals(failed, StoreFixture.submit(store, Pushes.put(B, "m 1\n")));
      assertEquals(failed, StoreFixture.submit(store, new Change.Delete(A)));
      assertEquals(Optional.of(failed.refusal()), store.unwritable());
      assertEquals(failed.refusal().text(), store.failure().join());
      assertEquals(text, StoreFixture.text(store));
    }
  }

  @Test
  void size_isThatOfTheFiles() {
    try (RocksGroupStore store = fixture.open()) {
      StoreFixture.apply(store, Pushes.put(A, "m 1\n"));
      assertTrue(store.sizeBytes() > 100, () -> "" + store.sizeBytes());
    }
  }
}
