package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.testkit.Seed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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
      Map<GroupKey, Version> claims = new HashMap<>();
      for (int n = 0; n < 6; n++) {
        groups.add(Pushes.job("j" + n));
        claims.put(groups.get(n), new Version(random.nextInt(4), 1));
      }
      Comparator<GroupKey> byClaim =
          Comparator.comparing((GroupKey group) -> claims.get(group))
              .thenComparing(Comparator.naturalOrder());
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
          index.add(hash, group, claims.get(group), claims::get);
          owners.add(group);
        } else if (owners.remove(group)) {
          index.remove(hash, group);
        } else {
          assertThrows(IllegalStateException.class, () -> index.remove(hash, group));
        }
        assertOwners(owners, byClaim, index, hash, Seed.message(seed));
      }
      expected.forEach(
          (hash, owners) -> assertOwners(owners, byClaim, index, hash, Seed.message(seed)));
      boolean isShared =
          expected.values().stream().anyMatch(owners -> new HashSet<>(owners).size() > 1);
      assertEquals(isShared, index.hasSharedHashes(), Seed.message(seed));
    }
  }

  private static void assertOwners(
      List<GroupKey> expected,
      Comparator<GroupKey> byClaim,
      SeriesIndex index,
      long hash,
      String message) {
    assertEquals(new HashSet<>(expected).size(), index.owners(hash), message);
    assertEquals(expected.stream().min(byClaim).orElse(null), index.first(hash), message);
  }
}
