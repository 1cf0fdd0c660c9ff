package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.testkit.Seed;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StateDigestTest {
  private static final GroupKey A = Pushes.job("a");

  private final MemoryStore one = new MemoryStore(1);
  private final MemoryStore other = new MemoryStore(2);

  private static GroupKey group(int number) {
    return Pushes.group("job", "j" + number, "x", "" + number % 7);
  }

  @Test
  void differing_isExactlyTheBucketsOfChangedGroups() {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    for (int i = 0; i < 2_000; i++) {
      other.merge(one.apply(Pushes.put(group(i), "m 1\n")).request());
    }
    assertEquals(one.digest(), other.digest());
    BitSet expected = new BitSet();
    for (int n = 0; n < 60; n++) {
      GroupKey group = group(random.nextInt(2_100));
      switch (random.nextInt(4)) {
        case 0 -> one.apply(new Change.Delete(group));
        case 1 -> one.apply(Pushes.post(group, "m 2\n"));
        case 2 -> one.apply(Pushes.put(group, ""));
        default -> one.apply(Pushes.put(group, "m 1 1234567\n"));
      }
      expected.set(StateDigest.bucketOf(group));
      Digest theirs = other.reader().digest();
      assertEquals(expected, one.reader().differing(theirs), Seed.message(seed));
      assertEquals(expected, other.reader().differing(one.reader().digest()));
      assertNotEquals(one.digest(), other.digest(), Seed.message(seed));
    }
  }

  /** A bucket that differs may hold groups that do not: they are not copied. */
  @Test
  void differing_ofAListing_isExactlyTheChangedGroups() {
    List<Integer> all = List.of(StateDigest.bucketOf(A));
    GroupKey neighbour = neighbour(A);
    other.merge(one.apply(Pushes.put(A, "m 1\n")).request());
    other.merge(one.apply(Pushes.put(neighbour, "m 1\n")).request());
    assertEquals(List.of(), other.reader().differing(one.reader().listing(all, 1_000)));
    one.apply(Pushes.put(neighbour, "m 1\n"));
    assertEquals(
        List.of(neighbour),
        other.reader().differing(one.reader().listing(all, 1_000)).stream()
            .map(key -> GroupKey.decode(key.toByteArray()))
            .toList());
    assertEquals(2, other.reader().differing(allOf(new MemoryStore(3), all)).size());
  }

  private static Listing allOf(MemoryStore store, List<Integer> buckets) {
    store.apply(Pushes.put(A, "m 1\n"));
    store.apply(new Change.Delete(neighbour(A)));
    return store.reader().listing(buckets, 1_000);
  }

  private static GroupKey neighbour(GroupKey key) {
    int number = 0;
    while (StateDigest.bucketOf(group(number)) != StateDigest.bucketOf(key)) {
      number++;
    }
    return group(number);
  }

  @Test
  void keptUpWithEachChange_isThatOfAllGroupsTogether() {
    for (int i = 0; i < 100; i++) {
      long seed = Seed.ofCase(i);
      RandomPushes pushes = new RandomPushes(Seed.random(seed));
      MemoryStore store = new MemoryStore(1);
      for (int n = 0; n < 30; n++) {
        store.apply(pushes.next());
        assertArrayEquals(fromNothing(store), store.buckets(), Seed.message(seed));
        long all = 0;
        for (long bucket : store.buckets()) {
          all += bucket;
        }
        assertEquals(all, store.digest(), Seed.message(seed));
      }
    }
  }

  private static long[] fromNothing(MemoryStore store) {
    StateDigest digest = new StateDigest();
    Version wipedAt = store.state().groups().wipedAt();
    if (wipedAt != null) {
      digest.wiped(null, wipedAt);
    }
    for (Group group : store.state().groups().all()) {
      digest.add(group.key, digest.of(group));
    }
    return digest.buckets();
  }

  @Test
  void equalStates_byDifferentWays_haveEqualDigests() {
    // A put that is told once, and one that overtakes what it replaces.
    MemoryStore.Told first = one.apply(Pushes.put(A, "m 1\nn 1\n"));
    MemoryStore.Told second = one.apply(Pushes.put(A, "m 2\n"));
    other.merge(second.request());
    assertEquals(one.digest(), other.digest());
    other.merge(first.request());
    assertEquals(one.digest(), other.digest());
    // A wipe stands for what was deleted before it.
    one.apply(new Change.Delete(A));
    MemoryStore.Told wipe = one.apply(new Change.Wipe());
    other.merge(wipe.request());
    assertEquals(one.digest(), other.digest());
    MemoryStore third = new MemoryStore(3);
    third.merge(wipe.request());
    assertEquals(one.digest(), third.digest());
    assertNotEquals(0, third.digest());
  }

  /** Whatever differs in a state differs in its digest. */
  @Test
  void differentStates_haveDifferentDigests() {
    long nothing = one.digest();
    Set<Long> seen = new HashSet<>(List.of(nothing));
    for (Change change :
        List.of(
            Pushes.put(A, ""),
            Pushes.put(A, ""),
            Pushes.post(A, "m 1\n"),
            Pushes.post(A, "m 1\n"),
            Pushes.post(A, "n 1\n"),
            Pushes.put(A, "m 1 1234567\n"),
            new Change.Delete(A),
            new Change.Delete(A),
            new Change.Wipe(),
            new Change.Wipe())) {
      one.apply(change);
      assertTrue(seen.add(one.digest()), change::toString);
    }
  }

  /** What one node lacks whose names and keys all have one {@link String#hashCode}. */
  @Test
  void namesAndKeysChosenToCollide_doNotHideWhatIsMissing() {
    List<GroupKey> keys =
        List.of(Pushes.job("AaAa"), Pushes.job("BBBB"), Pushes.job("AaBB"), Pushes.job("BBAa"));
    assertEquals(1, keys.stream().map(key -> key.label("job").hashCode()).distinct().count());
    Set<Long> seen = new HashSet<>(List.of(one.digest()));
    for (GroupKey key : keys) {
      for (String body :
          List.of("Aa 1\nBB 1\n", "AaAa 1\nBBBB 1\nAaBB 1\nBBAa 1\n", "xAa 1\nxBB 1\n")) {
        one.apply(Pushes.post(key, body));
        assertTrue(seen.add(one.digest()));
        assertEquals(1, one.reader().differing(other.reader().digest()).cardinality());
        other.copyFrom(one);
        assertEquals(one.describe(), other.describe());
        assertEquals(one.digest(), other.digest());
      }
    }
  }

  /** One version in many families at once is no less than one in one of them. */
  @Test
  void familiesOfOnePush_countEach() {
    StateDigest digest = new StateDigest();
    Version version = new Version(1, 1);
    Set<Long> seen = new HashSet<>();
    for (String names : List.of("", "Aa", "BB", "Aa BB", "Aa BB c", "Aa c", "BB c", "c")) {
      long sum = 0;
      Change push = Pushes.post(A, names.replaceAll("(\\S+) ?", "$1 1\n"));
      for (PushedFamily family : Pushes.accepted(push).families().values()) {
        sum += digest.of(new Family(A, family, version, version));
      }
      assertTrue(seen.add(sum), names);
    }
  }

  /** Two versions in each other's places do not cancel out, nor the same ones in two groups. */
  @Test
  void digest_tellsPlacesApart() {
    StateDigest digest = new StateDigest();
    Version early = new Version(1, 1);
    Version late = new Version(2, 1);
    Set<Long> seen = new HashSet<>();
    for (GroupKey key : List.of(A, group(1))) {
      for (Version deleted : List.of(early, late)) {
        Group group = new Group(key);
        group.deletedAt = deleted;
        group.replacedAt = deleted.equals(early) ? late : early;
        assertTrue(seen.add(digest.of(group)));
        group.lastPush = new PushStamp(early, 1, late);
        assertTrue(seen.add(digest.of(group)));
        group.lastFailure = new PushStamp(early, 1, late);
        assertTrue(seen.add(digest.of(group)));
        group.lastPush = null;
        assertTrue(seen.add(digest.of(group)));
        group.lastFailure = new PushStamp(late, 1, early);
        assertTrue(seen.add(digest.of(group)));
      }
    }
  }
}
