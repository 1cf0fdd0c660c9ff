package io.holdfast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.MemoryStore.Told;
import io.holdfast.storage.StoreOptions.Replicated;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store of a cluster's last node, which runs alone until the others come back. */
class FormerClusterTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final Duration RETENTION = Duration.ofDays(3);
  private static final long OTHER = 77;

  @TempDir private Path temp;
  private StoreFixture fixture;

  private final AtomicLong millis = new AtomicLong(MemoryStore.MILLIS + 1_000);
  private final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());

  /** A node of the cluster that is away. */
  private final MemoryStore other = new MemoryStore(5);

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  private RocksGroupStore open(@Nullable Replicated replicated) throws StoreException {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return fixture.openOrRefuse(
        new StoreOptions(
            usual.directory(),
            new StoreOptions.Surroundings(clock, System::nanoTime, usual.surroundings().listener()),
            usual.capacity(),
            usual.rules(),
            replicated));
  }

  private RocksGroupStore openInCluster() throws StoreException {
    return open(new Replicated(true));
  }

  private static void apply(RocksGroupStore store, Change change) {
    assertInstanceOf(WriteOutcome.Applied.class, StoreFixture.submit(store, change));
  }

  /** Leaves a store that has met another node, and has a group that this has as well. */
  private Told leave(long clockAheadMillis) throws StoreException {
    Told told = other.apply(Pushes.put(A, "m 1\n"));
    try (RocksGroupStore store = openInCluster()) {
      StoreFixture.answer(store.merge(told.request()));
      long now = millis.get() << HybridClock.COUNTER_BITS;
      StoreFixture.answer(
          store.note(
              metadata ->
                  metadata
                      .withKnownNodes(new TreeMap<>(Map.of(OTHER, now)))
                      .withClockAhead(clockAheadMillis)
                      .withRetention(RETENTION)));
    }
    return told;
  }

  @Test
  void groupDeletedAlone_staysDeleted_whenOthersComeBack() throws StoreException {
    Told told = leave(0);
    try (RocksGroupStore alone = open(null)) {
      apply(alone, new Change.Delete(A));
      apply(alone, new Change.Delete(B));
    }
    // A restart in between, as that of a machine.
    try (RocksGroupStore alone = open(null)) {
      assertEquals(0, alone.exposition().groups());
    }
    RocksGroupStore back = openInCluster();
    StoreFixture.answer(back.merge(told.request()));
    StoreFixture.answer(back.merge(MergeRequest.ofStates(told.request().states())));
    assertEquals("", StoreFixture.text(back));
    assertEquals(0, back.exposition().groups());
  }

  @Test
  void changesMadeAlone_areLaterThanWhatFailedUnderTheFastestClock() throws StoreException {
    leave(60_000);
    other.millis = millis.get() + 59_000;
    Told failed = other.apply(Pushes.put(A, "m 2\n"));
    try (RocksGroupStore alone = open(null)) {
      apply(alone, new Change.Delete(A));
    }
    RocksGroupStore back = openInCluster();
    StoreFixture.answer(back.merge(failed.request()));
    assertEquals(0, back.exposition().groups());
  }

  @Test
  void deletesMadeAlone_areForgottenAfterRetention_andNotedSo() throws StoreException {
    leave(0);
    RocksGroupStore alone = open(null);
    apply(alone, new Change.Delete(A));
    millis.addAndGet(RETENTION.toMillis() - 60_000);
    apply(alone, new Change.Delete(B));
    long kept = alone.replicaState().digest();
    assertEquals(0, alone.replicaState().metadata().collectedWatermark());
    millis.addAndGet(120_000);
    await().until(() -> alone.replicaState().metadata().collectedWatermark() > 0);
    assertNotEquals(kept, alone.replicaState().digest());
    // Every node that may come back has seen them, so no tombstone is needed any more.
    await().until(() -> alone.replicaState().digest() == 0);
    ClusterMetadata metadata = alone.replicaState().metadata();
    assertEquals(Map.of(), metadata.knownNodes());
    assertTrue(metadata.deliveredWatermark() >= metadata.collectedWatermark());
  }

  @Test
  void storeThatWasNeverInCluster_keepsNoDeletes() throws StoreException {
    try (RocksGroupStore alone = open(null)) {
      apply(alone, Pushes.put(A, "m 1\n"));
      apply(alone, new Change.Delete(A));
    }
    assertEquals(0, openInCluster().replicaState().digest());
  }
}
