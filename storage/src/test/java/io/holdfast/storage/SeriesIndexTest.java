package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SeriesIndexTest {

  /**
   * Few distinct homes, so that entries displace each other, and few hashes, so that they repeat.
   */
  @Test
  void randomChanges_areThoseOfAMapOfLists() {
    for (int i = 0; i < 12; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      List<GroupKey> groups = new ArrayList<>();
      for (int n = 0; n < 6; n++) {
        groups.add(Pushes.job("j" + n));
      }
      int hashes = random.nextInt(5, 6_000);
      long spread = random.nextBoolean() ? 1L << 20 : 1;
      SeriesIndex index = new SeriesIndex();
      Map<Long, List<GroupKey>> expected = new HashMap<>();
      for (int step = 0; step < 20_000; step++) {
        long hash = spread * random.nextInt(hashes);
        GroupKey group = groups.get(random.nextInt(groups.size()));
        List<GroupKey> owners = expected.computeIfAbsent(hash, h -> new ArrayList<>());
        boolean grows = (step / 7_000) % 2 == 0;
        if (random.nextInt(10) < (grows ? 7 : 3)) {
          index.add(hash, group);
          owners.add(group);
        } else if (owners.remove(group)) {
          index.remove(hash, group);
        } else {
          assertThrows(IllegalStateException.class, () -> index.remove(hash, group));
        }
        assertOwners(owners, index, hash, Seed.message(seed));
        boolean isFree = owners.stream().allMatch(group::equals) && owners.size() <= 1;
        assertEquals(isFree, index.isFreeFor(hash, group), Seed.message(seed));
      }
      expected.forEach((hash, owners) -> assertOwners(owners, index, hash, Seed.message(seed)));
      boolean isShared = expected.values().stream().anyMatch(owners -> owners.size() > 1);
      assertEquals(isShared, index.hasSharedHashes(), Seed.message(seed));
    }
  }

  private static void assertOwners(
      List<GroupKey> expected, SeriesIndex index, long hash, String message) {
    List<GroupKey> actual = new ArrayList<>(List.of(index.owners(hash)));
    List<GroupKey> sorted = new ArrayList<>(expected);
    sorted.sort(null);
    actual.sort(null);
    assertEquals(sorted, actual, message);
  }

  @Test
  void seriesWithOneHash_areToldApart() {
    Groups groups = new Groups(false);
    for (int i = 0; i < 2; i++) {
      Group change = new Group(Pushes.job("j" + i));
      PushedFamily real =
          Pushes.accepted(Pushes.put(change.key, "m 1\nm{x=\"1\"} 2\n")).families().get("m");
      PushedFamily colliding =
          new PushedFamily(real.descriptor(), real.encoded(), real.text(), new long[] {5, 5});
      Version version = new Version(i + 1, 1);
      change.families.put(new Family(change.key, colliding, version, version));
      groups.merge(change, (before, after) -> {});
    }
    assertEquals(0, groups.exposition().shadowedSeries());
    assertEquals(
        4, Pushes.text(groups.exposition()).lines().filter(l -> l.startsWith("m{")).count());
    Group delete = new Group(Pushes.job("j0"));
    delete.deletedAt = new Version(9, 9);
    groups.merge(delete, (before, after) -> {});
    assertEquals(
        2, Pushes.text(groups.exposition()).lines().filter(l -> l.startsWith("m{")).count());
  }
}
