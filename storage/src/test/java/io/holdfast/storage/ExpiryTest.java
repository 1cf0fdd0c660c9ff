package io.holdfast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.MemoryStore.Told;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups that expire: on one node, and on nodes that hear of each other in any order. */
class ExpiryTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final long TTL = 1_000;
  private static final int ALL = 100;

  @TempDir private Path temp;
  private StoreFixture fixture;
  private final AtomicLong millis = new AtomicLong(MemoryStore.MILLIS);

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  private RocksGroupStore open() throws StoreException {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return fixture.openOrRefuse(
        new StoreOptions(
            usual.directory(),
            new StoreOptions.Surroundings(
                () -> Instant.ofEpochMilli(millis.get()),
                System::nanoTime,
                usual.surroundings().listener()),
            usual.capacity(),
            StoreOptions.Rules.NONE,
            null));
  }

  private static Change expiring(Change change) {
    return Change.withTtl(change, TTL);
  }

  private static Change expire(MemoryStore store) {
    return new Change.Expire(store.millis, ALL);
  }

  @Test
  void group_expires_whenItsTimeHasCome_andNotBefore() throws Exception {
    RocksGroupStore store = open();
    StoreFixture.submit(store, expiring(Pushes.put(A, "m 1\n")));
    StoreFixture.submit(store, Pushes.put(B, "m 1\n"));
    assertEquals(
        Optional.of(Instant.ofEpochMilli(MemoryStore.MILLIS + TTL)),
        store.exposition().expiresAt(A));
    assertEquals(Optional.empty(), store.exposition().expiresAt(B));
    millis.addAndGet(TTL - 1);
    // The writer expires groups before it applies a change, so a due group would be gone here.
    StoreFixture.submit(store, Pushes.put(B, "m 2\n"));
    assertEquals(2, store.exposition().groups());
    millis.addAndGet(1);
    await().until(() -> store.exposition().groups() == 1);
    assertEquals(1, store.exposition().expiredGroups());
    assertEquals(Optional.empty(), store.exposition().expiresAt(A));
  }

  @Test
  void laterPush_decidesAnew() throws Exception {
    RocksGroupStore store = open();
    StoreFixture.submit(store, expiring(Pushes.put(A, "m 1\n")));
    StoreFixture.submit(store, expiring(Pushes.put(B, "m 1\n")));
    millis.addAndGet(TTL / 2);
    StoreFixture.submit(store, expiring(Pushes.post(A, "n 1\n")));
    StoreFixture.submit(store, Pushes.post(B, "n 1\n"));
    assertEquals(
        Optional.of(Instant.ofEpochMilli(MemoryStore.MILLIS + TTL / 2 + TTL)),
        store.exposition().expiresAt(A));
    assertEquals(Optional.empty(), store.exposition().expiresAt(B));
    millis.addAndGet(TTL);
    await().until(() -> store.exposition().groups() == 1);
    assertTrue(StoreFixture.text(store).contains("m{instance=\"\",job=\"b\"} 1\n"));
  }

  @Test
  void groupWithOnlyFailedPush_expires() throws Exception {
    RocksGroupStore store = open();
    StoreFixture.submit(store, expiring(Pushes.put(A, "m 1 1\n")));
    assertEquals(1, store.exposition().groups());
    millis.addAndGet(TTL);
    await().until(() -> store.exposition().groups() == 0);
    assertEquals(Optional.empty(), store.exposition().failureReason(A));
  }

  @Test
  void overdueGroups_areGone_whenTheStoreIsOpen() throws Exception {
    try (RocksGroupStore store = open()) {
      for (int i = 0; i < 3 * ALL; i++) {
        StoreFixture.submit(store, expiring(Pushes.put(Pushes.job("job" + i), "m 1\n")));
      }
      StoreFixture.submit(store, Pushes.put(A, "m 1\n"));
    }
    millis.addAndGet(TTL);
    assertEquals(1, open().exposition().groups());
  }

  @Test
  void expiriesOnTwoNodes_areOne_inAnyOrder() {
    MemoryStore one = new MemoryStore(1);
    MemoryStore other = new MemoryStore(2);
    Told push = one.apply(expiring(Pushes.put(A, "m 1\n")));
    other.merge(push.request());
    one.millis += TTL;
    other.millis += TTL + 5;
    Told first = one.apply(expire(one));
    Told second = other.apply(expire(other));
    assertEquals(1, first.changes().size());
    one.merge(second.request());
    other.merge(first.request());
    other.merge(push.request());
    assertEquals("", one.text());
    assertEquals(one.describe(), other.describe());
    assertEquals(one.digest(), other.digest());
  }

  @Test
  void newerPush_survivesAnExpiry_thatComesLater() {
    MemoryStore one = new MemoryStore(1);
    MemoryStore other = new MemoryStore(2);
    other.merge(one.apply(expiring(Pushes.put(A, "m 1\n"))).request());
    Told renewed = other.apply(Pushes.put(A, "m 2\n"));
    one.millis += TTL;
    Told expired = one.apply(expire(one));
    other.merge(expired.request());
    one.merge(renewed.request());
    assertTrue(one.text().contains("m{instance=\"\",job=\"a\"} 2\n"));
    assertEquals(one.describe(), other.describe());
    assertEquals(Group.NEVER, one.state().groups().nextExpiryMillis());
  }

  @Test
  void tombstoneOfExpiry_isAsOldAsTheExpiry_notAsThePush() {
    MemoryStore one = new MemoryStore(1);
    Told push = one.apply(expiring(Pushes.put(A, "m 1\n")));
    one.millis += TTL;
    long before = one.state().clock().last();
    Told expired = one.apply(expire(one));
    // Another node can still have the group, so the tombstone must outlive the push's version.
    one.purge(before);
    assertEquals(List.of(A), one.state().groups().keys());
    one.merge(MergeRequest.ofStates(ReceivedStates.decode(push.changes())));
    assertEquals("", one.text());
    MemoryStore reopened = one.reopened();
    assertEquals(one.digest(), reopened.digest());
    one.purge(one.state().clock().last());
    assertEquals(List.of(), one.state().groups().keys());
    // Every other node had the expiry, so the expiry is not taken in again.
    MemoryStore other = new MemoryStore(2);
    other.purge(0);
    one.merge(MergeRequest.ofStates(ReceivedStates.decode(expired.changes())));
    assertEquals(List.of(), one.state().groups().keys());
  }

  @Test
  void timeToLive_isReplicated_andRead() {
    MemoryStore one = new MemoryStore(1);
    MemoryStore other = new MemoryStore(2);
    Told push = one.apply(expiring(Pushes.put(A, "m 1 1\n")));
    other.copyFrom(one);
    assertEquals(MemoryStore.MILLIS + TTL, other.state().groups().nextExpiryMillis());
    assertEquals(MemoryStore.MILLIS + TTL, other.reopened().state().groups().nextExpiryMillis());
    assertNotEquals(0, push.changes().size());
  }

  @Test
  void expiry_deletesTheEarliestFirst_upToItsLimit() {
    MemoryStore store = new MemoryStore(1);
    for (int i = 0; i < 5; i++) {
      store.apply(expiring(Pushes.put(Pushes.job("job" + i), "m 1\n")));
      store.millis++;
    }
    store.millis += TTL;
    Told expired = store.apply(new Change.Expire(store.millis, 2));
    assertEquals(2, expired.changes().size());
    assertEquals(MemoryStore.MILLIS + 2 + TTL, store.state().groups().nextExpiryMillis());
    assertInstanceOf(Group.class, store.state().groups().get(Pushes.job("job2")));
  }
}
