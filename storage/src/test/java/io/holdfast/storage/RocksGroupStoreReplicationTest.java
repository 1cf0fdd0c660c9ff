package io.holdfast.storage;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import io.holdfast.storage.MemoryStore.Told;
import io.holdfast.storage.MergeOutcome.Merged;
import io.holdfast.storage.MergeOutcome.Refused;
import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Rejected;
import io.holdfast.storage.WriteOutcome.Unavailable;
import io.holdfast.storage.disk.DirectoryLock;
import io.holdfast.testkit.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real store as one of several nodes. */
class RocksGroupStoreReplicationTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final GroupKey GONE = Pushes.job("gone");

  @TempDir private Path temp;
  private StoreFixture fixture;

  /** Another node, that has heard of nothing. */
  private final MemoryStore peer = new MemoryStore(5);

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  private static Applied apply(GroupStore store, Change change) {
    return assertInstanceOf(Applied.class, StoreFixture.submit(store, change));
  }

  private static Merged merged(CompletableFuture<MergeOutcome> outcome) {
    return assertInstanceOf(Merged.class, StoreFixture.answer(outcome));
  }

  private static Merged merge(RocksGroupStore store, Told told) {
    return merged(store.merge(told.request()));
  }

  private static ClusterMetadata metadata(RocksGroupStore store) {
    return store.replicaState().metadata();
  }

  private StoreOptions options(InstantSource clock, CommitListener listener, boolean isComplete) {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return new StoreOptions(
        usual.directory(),
        new StoreOptions.Surroundings(clock, System::nanoTime, listener),
        usual.capacity(),
        usual.rules(),
        new Replicated(isComplete));
  }

  private StoreOptions failingOn(AtomicBoolean fails) {
    return options(
        InstantSource.system(),
        (changes, bytes, nanos) -> {
          if (fails.getAndSet(false)) {
            throw new IllegalStateException("listener");
          }
        },
        true);
  }

  @Test
  void ownChanges_areTold_inOrder_beforeTheirAnswers() {
    RocksGroupStore store = fixture.openReplicated();
    List<byte[]> told = Collections.synchronizedList(new ArrayList<>());
    store.replicateTo(
        (logId, first, changes) -> {
          assertEquals(store.replicaState().logId(), logId);
          assertEquals(told.size() + 1, first);
          assertEquals(told.size(), store.replicaState().offset());
          told.addAll(changes);
        });
    RandomPushes pushes = new RandomPushes(Seed.random(Seed.ofCase(0)));
    List<CompletableFuture<Boolean>> toldBefore = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int number = i + 1;
      toldBefore.add(
          store
              .submit(pushes.next())
              .thenApply(
                  outcome ->
                      !(outcome instanceof Unavailable)
                          && told.size() >= number
                          && store.replicaState().offset() >= number));
    }
    toldBefore.forEach(each -> assertTrue(StoreFixture.answer(each)));
    // Rejected pushes leave a failure time, which is told too.
    assertEquals(300, told.size());
    assertEquals(300, store.replicaState().offset());
    Told all =
        new Told(store.replicaState().logId(), 1, told.stream().map(ByteString::copyFrom).toList());
    peer.millis = InstantSource.system().millis();
    peer.merge(all.request());
    assertEquals(StoreFixture.text(store), peer.text());
    assertEquals(store.replicaState().digest(), peer.digest());
    assertEquals(300, peer.state().offset(all.logId()));
  }

  @Test
  void offset_isThatOfTheVeryChange() {
    RocksGroupStore store = fixture.openReplicated();
    assertEquals(0, store.replicaState().offset());
    long logId = store.replicaState().logId();
    assertEquals(new Applied(logId, 1), apply(store, Pushes.put(A, "# TYPE m gauge\nm 1\n")));
    Change conflicting = Pushes.put(B, "# TYPE m counter\nm 1\n");
    assertInstanceOf(Rejected.class, StoreFixture.submit(store, conflicting));
    assertEquals(new Applied(logId, 3), apply(store, new Change.Delete(GONE)));
    assertEquals(new Applied(logId, 4), apply(store, new Change.Wipe()));
    assertEquals(Map.of(logId, 4L), MemoryStore.reached(store.replicaState()));
  }

  @Test
  void reissue_isAboveTheVersionThatSupersededTheChange() {
    RocksGroupStore store = fixture.openReplicated();
    long above = (InstantSource.system().millis() + 30_000) << 16;
    apply(store, new Change.Reissue(Pushes.put(A, "m 1\n"), above));
    assertTrue(store.replicaState().clock() > above);
  }

  @Test
  void merged_isOnTheDisk_andShown() {
    String text;
    long digest;
    try (RocksGroupStore store = fixture.openReplicated()) {
      Told put = peer.apply(Pushes.put(A, "# HELP m h\n# TYPE m histogram\nm_count 3\nm_sum 1\n"));
      CompletableFuture<String> shown =
          store.merge(put.request()).thenApply(outcome -> StoreFixture.text(store));
      assertEquals(peer.text(), StoreFixture.answer(shown));
      merge(store, peer.apply(Pushes.put(B, "n 1\n")));
      merge(store, peer.apply(new Change.Delete(B)));
      Merged last = merge(store, peer.apply(Pushes.put(Pushes.job("c"), "n 1\n")));
      assertEquals(List.of(), last.superseded());
      assertEquals(Map.of(), last.conflicts());
      assertEquals(peer.state().clock().last(), last.clock());
      assertEquals(Map.of(put.logId(), 4L), MemoryStore.reached(store.replicaState()));
      text = StoreFixture.text(store);
      digest = store.replicaState().digest();
    }
    assertEquals(peer.text(), text);
    assertEquals(peer.digest(), digest);
    RocksGroupStore store = fixture.openReplicated();
    assertEquals(text, StoreFixture.text(store));
    assertEquals(digest, store.replicaState().digest());
    assertEquals(peer.state().clock().last(), store.replicaState().clock());
  }

  @Test
  void versionsFromTheFuture_areMerged_andLaterChangesAreNewerStill() throws StoreException {
    RocksGroupStore store = fixture.openReplicated();
    peer.millis = InstantSource.system().millis() + Duration.ofDays(400).toMillis();
    merge(store, peer.apply(Pushes.put(A, "m 1\n")));
    apply(store, Pushes.put(A, "m 2\n"));
    assertTrue(
        StoreFixture.text(store).contains("m{instance=\"\",job=\"a\"} 2\n"),
        StoreFixture.text(store));
    assertTrue(HybridClock.millis(store.replicaState().clock()) >= peer.millis);
  }

  /** A faulty node must not use up the clock, nor win every conflict for ever. */
  @Test
  void versionsThatNoClockCanHaveMade_areRefused_withAllThatCameWithThem() throws StoreException {
    RocksGroupStore store = fixture.openReplicated();
    long before = store.replicaState().digest();
    Version now = new Version(MemoryStore.MILLIS << 16, 7);
    Version beyond = new Version(1L << 60, 7);
    Version negative = new Version(-1, 7);
    Version of1970 = new Version(5L << 16, 7);
    Version later = new Version(now.clock() + 1, 7);
    Group deleted = new Group(A);
    deleted.deletedAt = beyond;
    Group replaced = new Group(A);
    replaced.replacedAt = negative;
    Group pushed = new Group(A);
    pushed.lastPush = new PushStamp(now, 1, of1970);
    Group claimed = new Group(A);
    claimed.lastFailure = new PushStamp(now, 1, later);
    List<ByteString> impossible = new ArrayList<>();
    for (Group group : List.of(deleted, replaced, pushed, claimed)) {
      impossible.add(ByteString.copyFrom(Records.replicated(group, List.of())));
    }
    impossible.add(ByteString.copyFrom(Records.replicatedWipe(beyond)));
    ByteString good = peer.apply(Pushes.put(B, "m 1\n")).changes().get(0);
    for (ByteString each : impossible) {
      MergeRequest request =
          MergeRequest.ofChanges(9, 1, ReceivedStates.decode(List.of(good, each)));
      Refused refused = assertInstanceOf(Refused.class, StoreFixture.answer(store.merge(request)));
      assertTrue(
          refused.refusal().text().contains("expected: one that a clock"),
          refused.refusal().text());
    }
    assertEquals(before, store.replicaState().digest());
    assertEquals(Map.of(), MemoryStore.reached(store.replicaState()));
  }

  @Test
  void supersededChanges_areTold() {
    RocksGroupStore store = fixture.openReplicated();
    Told old = peer.apply(Pushes.put(A, "m 1\n"));
    Told other = peer.apply(Pushes.put(B, "n 1\n"));
    Told oldWipe = peer.apply(new Change.Wipe());
    apply(store, Pushes.put(A, "m 2\n"));
    assertEquals(List.of(1L), merge(store, old).superseded());
    assertEquals(List.of(), merge(store, other).superseded());
    // Something is newer than the wipe, whatever it is.
    assertEquals(List.of(3L), merge(store, oldWipe).superseded());
    assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"a\"} 2\n"));
    assertFalse(StoreFixture.text(store).contains("n{"));
    // From now on all of it is, by the wipe.
    assertEquals(List.of(2L), merge(store, other).superseded());
  }

  @Test
  void conflictingChanges_areTold_andKept() {
    RocksGroupStore store = fixture.openReplicated();
    Told counter = peer.apply(Pushes.put(B, "# TYPE m counter\nm 1\n"));
    Told innocent = peer.apply(Pushes.put(B, "# TYPE n counter\nn 1\n"));
    peer.millis = InstantSource.system().millis() + 5_000;
    peer.apply(new Change.Wipe());
    apply(store, Pushes.put(A, "# TYPE m gauge\nm 1\n"));
    assertEquals(Map.of(), merge(store, innocent).conflicts());
    assertEquals(Map.of(), merge(store, counter).conflicts());
    Told late = peer.apply(Pushes.put(B, "# TYPE m counter\nm 1\n"));
    Map<Long, String> conflicts = merge(store, late).conflicts();
    assertEquals(Set.of(late.first()), conflicts.keySet());
    String reason = conflicts.get(late.first());
    assertTrue(reason.startsWith("metric family \"m\" conflicts with an older push"), reason);
    assertEquals(1, store.exposition().shadowedSeries());
    apply(store, new Change.Delete(A));
    assertTrue(StoreFixture.text(store).contains("# TYPE m counter\nm{instance=\"\",job=\"b\"}"));
  }

  @Test
  void changeThatComesAgain_afterItsDeleteWasForgotten_staysDeleted() {
    RocksGroupStore store = fixture.openReplicated();
    Told push = peer.apply(Pushes.put(A, "m 1\n"));
    merge(store, push);
    apply(store, new Change.Delete(A));
    merged(store.purge(store.replicaState().clock() + 1));
    assertEquals(0, store.replicaState().digest());
    assertEquals(List.of(push.first()), merge(store, push).superseded());
    assertEquals(0, store.exposition().groups());
  }

  @Test
  void deleteOfAGroupThatIsNotHere_isRemembered_untilItIsPurged() {
    Told old = peer.apply(Pushes.put(GONE, "m 1\n"));
    long deletedAt;
    try (RocksGroupStore store = fixture.openReplicated()) {
      apply(store, new Change.Delete(GONE));
      deletedAt = store.replicaState().clock();
      assertEquals(0, store.exposition().groups());
      assertEquals(0, StoreFixture.answer(store.digest()).getGroups());
      assertNotEquals(0, store.replicaState().digest());
      merge(store, old);
      assertEquals("", StoreFixture.text(store));
    }
    try (RocksGroupStore store = fixture.openReplicated()) {
      assertEquals(0, store.exposition().groups());
      merge(store, old);
      assertEquals("", StoreFixture.text(store));
      merged(store.purge(deletedAt - 1));
      assertEquals(0, metadata(store).collectedWatermark());
      assertNotEquals(0, store.replicaState().digest());
      merged(store.purge(deletedAt + 1));
      assertEquals(deletedAt, metadata(store).collectedWatermark());
      assertEquals(0, store.replicaState().digest());
    }
    RocksGroupStore store = fixture.openReplicated();
    assertEquals(deletedAt, metadata(store).collectedWatermark());
    assertEquals(0, store.replicaState().digest());
    merge(store, old);
    assertEquals(1, store.exposition().groups());
  }

  @Test
  void listingAndStates_coverAsMuchAsFits_andOneAtLeast() {
    RocksGroupStore store = fixture.openReplicated();
    List<GroupKey> groups = IntStream.range(0, 40).mapToObj(i -> Pushes.job("j" + i)).toList();
    groups.forEach(
        group -> apply(store, Pushes.put(group, "m{x=\"" + "y".repeat(500) + "\"} 1\n")));
    List<Integer> buckets = groups.stream().map(StateDigest::bucketOf).distinct().toList();
    List<ByteString> keys = new ArrayList<>();
    int turns = 0;
    for (int from = 0; from < buckets.size(); turns++) {
      Listing listing =
          StoreFixture.answer(store.listing(buckets.subList(from, buckets.size()), 100));
      assertTrue(listing.getBucketsListed() >= 1);
      assertEquals(listing.getGroupingKeysCount(), listing.getDigestsCount());
      assertTrue(listing.getSerializedSize() < 300, listing::toString);
      from += listing.getBucketsListed();
      keys.addAll(listing.getGroupingKeysList());
    }
    assertEquals(40, keys.size());
    assertTrue(turns > 2, turns + " turns");
    peer.millis = InstantSource.system().millis();
    turns = 0;
    for (int from = 0; from < keys.size(); turns++) {
      States states = StoreFixture.answer(store.states(keys.subList(from, keys.size()), 1_500));
      assertTrue(states.getGroupsCovered() >= 1);
      assertTrue(states.getSerializedSize() < 2_500, states.getSerializedSize() + " bytes");
      from += states.getGroupsCovered();
      peer.merge(MergeRequest.ofStates(ReceivedStates.decode(states.getStatesList())));
    }
    assertTrue(turns > 10, turns + " turns");
    assertEquals(StoreFixture.text(store), peer.text());
    assertEquals(store.replicaState().digest(), peer.digest());
    assertEquals(1, StoreFixture.answer(store.states(keys, 1)).getGroupsCovered());
    assertEquals(1, StoreFixture.answer(store.listing(buckets, 1)).getBucketsListed());
    assertEquals(
        buckets.size(), StoreFixture.answer(store.listing(buckets, 1 << 20)).getBucketsListed());
    // Gone meanwhile: covered, with nothing to be said.
    ByteString gone = ByteString.copyFrom(GONE.encoded());
    States none = StoreFixture.answer(store.states(List.of(gone), 1_500));
    assertEquals(1, none.getGroupsCovered());
    assertEquals(0, none.getStatesCount());
  }

  @Test
  void questionThatCannotBe_isRefused_andTheStoreGoesOn() {
    RocksGroupStore store = fixture.openReplicated();
    ByteString noKey = ByteString.copyFromUtf8("no key");
    assertTrue(store.states(List.of(noKey), 1_000).handle((states, e) -> e != null).join());
    assertTrue(store.unwritable().isEmpty());
    apply(store, Pushes.put(A, "m 1\n"));
  }

  @Test
  void quarantine_keepsEveryFile_andGoesOnEmpty_asAnotherIncompleteNode() throws Exception {
    RocksGroupStore store = fixture.openReplicated();
    apply(store, Pushes.put(A, "m 1\n"));
    merge(store, peer.apply(Pushes.put(B, "m 1\n")));
    merged(store.note(metadata -> metadata.withDeliveredWatermark(77)));
    ReplicaState before = store.replicaState();
    String text = StoreFixture.text(store);
    assertTrue(before.metadata().isComplete());

    merged(store.quarantine());
    ReplicaState after = store.replicaState();
    assertEquals("", StoreFixture.text(store));
    assertEquals(0, after.digest());
    assertEquals(Map.of(), MemoryStore.reached(after));
    assertNotEquals(before.node(), after.node());
    assertNotEquals(before.logId(), after.logId());
    assertEquals(ClusterMetadata.ofNewStore(false), after.metadata());
    apply(store, Pushes.put(A, "m 2\n"));
    store.close();
    RocksGroupStore again = fixture.openReplicated();
    assertEquals(after.node(), again.replicaState().node());
    assertFalse(metadata(again).isComplete());
    assertTrue(StoreFixture.text(again).contains("m{instance=\"\",job=\"a\"} 2\n"));
    again.close();

    try (StoreFixture kept = new StoreFixture(onlyAside())) {
      RocksGroupStore aside = kept.openReplicated();
      assertEquals(before.node(), aside.replicaState().node());
      assertEquals(text, StoreFixture.text(aside));
      assertEquals(before.metadata(), metadata(aside));
    }
  }

  private Path onlyAside() throws IOException {
    try (Stream<Path> files = Files.list(fixture.directory)) {
      List<Path> aside = files.filter(Files::isDirectory).toList();
      assertEquals(1, aside.size(), aside::toString);
      assertTrue(aside.get(0).getFileName().toString().startsWith("aside-"), aside::toString);
      return aside.get(0);
    }
  }

  @Test
  void quarantine_thatCannotBegin_changesNothing() throws Exception {
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    RocksGroupStore store =
        fixture.openOrRefuse(options(InstantSource.fixed(now), (n, b, t) -> {}, true));
    apply(store, Pushes.put(A, "m 1\n"));
    String text = StoreFixture.text(store);
    long node = store.replicaState().node();
    Files.createDirectory(fixture.directory.resolve("aside-2030-01-01T00-00-00Z"));
    assertInstanceOf(Refused.class, StoreFixture.answer(store.quarantine()));
    await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isEmpty());
    assertEquals(text, StoreFixture.text(store));
    assertEquals(node, store.replicaState().node());
    assertTrue(metadata(store).isComplete());
    apply(store, Pushes.put(A, "m 2\n"));
  }

  /** The groups are in quarantine, so a store that is made later is incomplete. */
  @Test
  void quarantine_thatCannotBeEnded_isIncompleteWhenTheStoreOpensAgain() throws Exception {
    AtomicBoolean isLockedNext = new AtomicBoolean();
    List<DirectoryLock> locks = new ArrayList<>();
    // Asked for the time when the store is closed: then somebody else takes the directory.
    InstantSource clock =
        () -> {
          if (isLockedNext.getAndSet(false)) {
            locks.add(lock());
          }
          return Instant.now(Clock.systemUTC());
        };
    RocksGroupStore store = fixture.openOrRefuse(options(clock, (n, b, t) -> {}, true));
    apply(store, Pushes.put(A, "m 1\n"));
    long node = store.replicaState().node();
    isLockedNext.set(true);
    Refused refused = assertInstanceOf(Refused.class, StoreFixture.answer(store.quarantine()));
    assertTrue(refused.refusal().text().contains("is in use already"), refused.refusal().text());
    locks.get(0).close();
    await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isEmpty());
    assertEquals("", StoreFixture.text(store));
    assertNotEquals(node, store.replicaState().node());
    assertFalse(metadata(store).isComplete());
  }

  private DirectoryLock lock() {
    try {
      return requireNonNull(DirectoryLock.tryTake(fixture.directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void newStore_isComplete_onlyIfSaidSo() throws StoreException {
    try (RocksGroupStore store =
        fixture.openOrRefuse(StoreFixture.replicated(fixture.directory, false))) {
      assertFalse(metadata(store).isComplete());
    }
    // What it is told later does not make up for what it never had.
    try (RocksGroupStore store = fixture.openReplicated()) {
      assertFalse(metadata(store).isComplete());
      merged(store.note(ClusterMetadata::completed));
    }
    assertTrue(
        metadata(fixture.openOrRefuse(StoreFixture.replicated(fixture.directory, false)))
            .isComplete());
  }

  @Test
  void storeOfSeveralNodes_opensAsASingleOne_andTheOtherWayRound() {
    Told old = peer.apply(Pushes.put(GONE, "m 1\n"));
    String text;
    long node;
    long digest;
    try (RocksGroupStore store = fixture.openReplicated()) {
      apply(store, Pushes.put(A, "m 1\n"));
      apply(store, new Change.Delete(GONE));
      SortedMap<Long, Long> known = new TreeMap<>(Map.of(7L, store.replicaState().clock()));
      merged(store.note(metadata -> metadata.withKnownNodes(known)));
      text = StoreFixture.text(store);
      node = store.replicaState().node();
      digest = store.replicaState().digest();
    }
    try (RocksGroupStore single = fixture.open()) {
      assertEquals(text, StoreFixture.text(single));
      assertEquals(1, single.exposition().groups());
      assertEquals(node, single.replicaState().node());
      assertEquals(digest, single.replicaState().digest());
      apply(single, Pushes.put(B, "m 1\n"));
    }
    RocksGroupStore store = fixture.openReplicated();
    assertEquals(2, store.exposition().groups());
    apply(store, new Change.Delete(B));
    assertEquals(text, StoreFixture.text(store));
    assertTrue(metadata(store).isComplete());
    merge(store, old);
    assertEquals(1, store.exposition().groups());
  }

  @Test
  void singleStore_opensAsOneOfSeveralNodes_complete() throws StoreException {
    try (RocksGroupStore single = fixture.open()) {
      StoreFixture.apply(single, Pushes.put(A, "m 1\n"));
    }
    RocksGroupStore store = fixture.openOrRefuse(StoreFixture.replicated(fixture.directory, false));
    assertTrue(metadata(store).isComplete());
    States states =
        StoreFixture.answer(store.states(List.of(ByteString.copyFrom(A.encoded())), 1_000));
    peer.millis = InstantSource.system().millis();
    peer.merge(MergeRequest.ofStates(ReceivedStates.decode(states.getStatesList())));
    assertEquals(StoreFixture.text(store), peer.text());
    assertEquals(store.replicaState().digest(), peer.digest());
  }

  @Test
  void clusterMetadata_isOnTheDisk() {
    SortedMap<Long, Long> nodes = new TreeMap<>(Map.of(-1L, 5L, 7L, -6L));
    ClusterMetadata written;
    try (RocksGroupStore store = fixture.openReplicated()) {
      merged(store.note(metadata -> metadata.withDeliveredWatermark(12).withKnownNodes(nodes)));
      merged(store.note(metadata -> metadata.withDeliveredWatermark(11)));
      written = metadata(store);
      assertEquals(
          ClusterMetadata.none().withDeliveredWatermark(12).withKnownNodes(nodes), written);
      apply(store, new Change.Wipe());
      assertEquals(written, metadata(store));
    }
    assertEquals(written, metadata(fixture.openReplicated()));
  }

  /** Others may know of changes that are not here: their numbers must not be given out again. */
  @Test
  void log_isAnotherOne_afterAFailedWrite_andAfterARestart() throws StoreException {
    AtomicBoolean fails = new AtomicBoolean();
    long node;
    List<Long> logIds = new ArrayList<>();
    List<Long> told = Collections.synchronizedList(new ArrayList<>());
    try (RocksGroupStore store = fixture.openOrRefuse(failingOn(fails))) {
      store.replicateTo((logId, first, changes) -> told.addAll(List.of(logId, first)));
      node = store.replicaState().node();
      logIds.add(store.replicaState().logId());
      apply(store, Pushes.put(A, "m 1\n"));
      merge(store, peer.apply(Pushes.put(B, "m 1\n")));
      fails.set(true);
      assertInstanceOf(Unavailable.class, StoreFixture.submit(store, Pushes.put(A, "m 2\n")));
      long given = told.size();
      await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isEmpty());
      ReplicaState after = store.replicaState();
      logIds.add(after.logId());
      assertEquals(node, after.node());
      assertEquals(Map.of(), MemoryStore.reached(after));
      Applied next = apply(store, Pushes.put(A, "m 3\n"));
      assertEquals(new Applied(after.logId(), 1), next);
      assertEquals(List.of(after.logId(), 1L), told.subList((int) given, told.size()));
      assertEquals(Map.of(after.logId(), 1L), MemoryStore.reached(store.replicaState()));
    }
    RocksGroupStore again = fixture.openReplicated();
    logIds.add(again.replicaState().logId());
    assertEquals(node, again.replicaState().node());
    assertEquals(0, again.replicaState().offset());
    assertEquals(3, logIds.stream().distinct().count());
    assertEquals(2, again.exposition().groups());
  }

  @Test
  void failedMerge_isRefused_andLeavesNoOffset() throws StoreException {
    AtomicBoolean fails = new AtomicBoolean();
    RocksGroupStore store = fixture.openOrRefuse(failingOn(fails));
    Told first = peer.apply(Pushes.put(A, "m 1\n"));
    fails.set(true);
    assertInstanceOf(Refused.class, StoreFixture.answer(store.merge(first.request())));
    assertEquals(Map.of(), MemoryStore.reached(store.replicaState()));
    await().atMost(StoreFixture.PATIENCE).until(() -> store.unwritable().isEmpty());
    assertEquals(Map.of(), MemoryStore.reached(store.replicaState()));
    merge(store, first);
    assertEquals(Map.of(first.logId(), 1L), MemoryStore.reached(store.replicaState()));
    assertEquals(peer.text(), StoreFixture.text(store));
  }

  @Test
  void closedStore_refusesEverything() {
    RocksGroupStore store = fixture.openReplicated();
    store.close();
    Refused shuttingDown =
        new Refused(new Refusal(Refusal.Code.SHUTTING_DOWN, "the server is shutting down"));
    Told told = peer.apply(Pushes.put(A, "m 1\n"));
    assertEquals(shuttingDown, StoreFixture.answer(store.merge(told.request())));
    assertEquals(shuttingDown, StoreFixture.answer(store.quarantine()));
    assertEquals(shuttingDown, StoreFixture.answer(store.purge(1)));
    assertEquals(shuttingDown, StoreFixture.answer(store.note(metadata -> metadata)));
    assertTrue(store.digest().isCompletedExceptionally());
  }

  @Test
  void change_behindWhoseQuestionTheWriterIsFrozen_isOfTheTimeBefore() throws Exception {
    Instant before = Instant.parse("2026-01-31T12:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(before);
    RocksGroupStore store = fixture.openOrRefuse(options(now::get, (n, b, t) -> {}, true));
    WriteOutcome outcome =
        StoreFixture.result(
            store.submit(
                Pushes.put(A, "m 1\n"),
                () -> {
                  now.set(before.plusSeconds(8));
                  return false;
                }));
    assertInstanceOf(Applied.class, outcome);
    assertEquals(before.toEpochMilli(), HybridClock.millis(store.replicaState().clock()));
  }
}
