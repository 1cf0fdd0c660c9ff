package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@link Shadowing} on an index of families, without merges, push times and records. */
class ShadowingSettleTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final GroupKey C = Pushes.job("c");
  private static final MetricType GAUGE = MetricType.GAUGE;
  private static final MetricType COUNTER = MetricType.COUNTER;
  private static final MetricType SUMMARY = MetricType.SUMMARY;

  /** An index with its settlement. */
  private static final class Index {
    final Map<GroupKey, Group> groups = new HashMap<>();
    final FamilyIndex families;
    final Shadowing shadowing;

    Index(ReservedNames reserved) {
      Descriptors descriptors = new Descriptors();
      this.families =
          new FamilyIndex(groups, descriptors, new HeapAccount(groups, descriptors, false));
      this.shadowing = new Shadowing(families, reserved);
    }

    void put(Family family) {
      Group group = groups.computeIfAbsent(family.group, Group::new);
      Family before = group.families.get(family.name());
      group.families.put(family);
      follow(before, family);
    }

    void remove(GroupKey key, String name) {
      Group group = groups.get(key);
      Family before = group.families.get(name);
      group.families.removeIf(family -> family.name().equals(name));
      follow(before, null);
    }

    private void follow(@Nullable Family before, @Nullable Family after) {
      FamilyChange change = new FamilyChange(before, after);
      shadowing.changing(change);
      families.apply(change);
    }

    /** Settles, and returns the exposed number of series for each family with another exposure. */
    Map<String, Integer> settle() {
      Map<String, Integer> exposed = new TreeMap<>();
      for (Shadowing.Settled settled : shadowing.settle()) {
        assertSame(settled.family(), families.family(settled.by().group, settled.by().name()));
        families.substitute(settled.family(), settled.by());
        exposed.put(name(settled.by()), settled.by().exposedSeries());
      }
      return exposed;
    }

    Map<String, Integer> settledBy(Family family) {
      put(family);
      return settle();
    }

    /** Returns the bytes that a scrape shows, for each family. */
    Map<String, String> exposed() {
      Map<String, String> exposed = new TreeMap<>();
      for (Group group : groups.values()) {
        for (Family family : group.families.values()) {
          exposed.put(name(family), new String(family.exposed(), StandardCharsets.UTF_8));
        }
      }
      return exposed;
    }

    private static String name(Family family) {
      return family.name() + family.group;
    }
  }

  private static Family family(
      GroupKey group, String name, MetricType type, long claimedAt, long... series) {
    StringBuilder text = new StringBuilder();
    for (long each : series) {
      text.append(name).append(type == SUMMARY ? "_sum" : "").append("{s=\"").append(each);
      text.append("\"} 1\n");
      if (type == SUMMARY) {
        text.append(name).append("_count{s=\"").append(each).append("\"} 1\n");
      }
    }
    PushedFamily content =
        new PushedFamily(
            Descriptor.plain(name, type, null),
            new byte[0],
            text.toString().getBytes(StandardCharsets.UTF_8),
            LongStream.of(series).map(each -> each + ((long) name.hashCode() << 8)).toArray(),
            null);
    Version version = new Version(claimedAt, 1);
    return new Family(group, content, version, version);
  }

  @Test
  void familiesWithoutConflict_keepTheirObjects_andARepeatedShapeCostsNothing() {
    Index index = new Index(ReservedNames.NONE);
    assertEquals(Map.of(), index.settledBy(family(A, "m", GAUGE, 1, 11, 12)));
    assertEquals(Map.of(), index.settledBy(family(B, "m", GAUGE, 2, 21)));
    long before = index.shadowing.seriesSettled();
    assertEquals(Map.of(), index.settledBy(family(A, "m", GAUGE, 1, 11, 12)));
    assertEquals(before, index.shadowing.seriesSettled());
  }

  @Test
  void equalSeries_areShownForTheOlderClaim_andComeBackWhenThatGoes() {
    Index index = new Index(ReservedNames.NONE);
    index.settledBy(family(A, "m", GAUGE, 2, 11, 12));
    assertEquals(
        Map.of("m" + A, 1), index.settledBy(family(B, "m", GAUGE, 1, 12, 13)), "one of A's");
    assertEquals("m{s=\"11\"} 1\n", index.exposed().get("m" + A));
    index.remove(B, "m");
    assertEquals(Map.of("m" + A, 2), index.settle());
    assertEquals(0, index.families.counts(0).shadowed());
  }

  @Test
  void incompatibleTypes_shadowTheLaterType_andOnlyTheNewcomerIsSettled() {
    Index index = new Index(ReservedNames.NONE);
    index.settledBy(family(A, "m", GAUGE, 1, 11));
    assertEquals(Map.of("m" + B, 0), index.settledBy(family(B, "m", COUNTER, 2, 21)));
    long before = index.shadowing.seriesSettled();
    assertEquals(Map.of(), index.settledBy(family(C, "m", GAUGE, 3, 31)));
    assertEquals(before + 1, index.shadowing.seriesSettled());
    index.remove(A, "m");
    assertEquals(Map.of("m" + B, 1, "m" + C, 0), index.settle());
  }

  @Test
  void collidingNames_blockTheLaterName_andFreeItsOwnNeighbours() {
    Index index = new Index(ReservedNames.NONE);
    index.settledBy(family(C, "s_count_count", GAUGE, 3, 31));
    assertEquals(
        Map.of("s_count_count" + C, 0), index.settledBy(family(B, "s_count", SUMMARY, 2, 21)));
    assertEquals(
        Map.of("s_count" + B, 0, "s_count_count" + C, 1),
        index.settledBy(family(A, "s", SUMMARY, 1, 11)));
    assertTrue(index.families.names().get("s_count").isBlocked());
    assertFalse(index.families.names().get("s_count_count").isBlocked());
    index.remove(A, "s");
    assertEquals(Map.of("s_count" + B, 1, "s_count_count" + C, 0), index.settle());
  }

  @Test
  void nameAgainstTheServersOwnType_isShadowed_untilItsTypeIsTheServers() {
    Index index = new Index(new ReservedNames(Map.of("own", COUNTER)));
    assertEquals(Map.of("own" + A, 0), index.settledBy(family(A, "own", GAUGE, 1, 11)));
    assertEquals(Map.of("own" + B, 0), index.settledBy(family(B, "own", COUNTER, 2, 21)));
    index.remove(A, "own");
    assertEquals(Map.of("own" + B, 1), index.settle());
  }

  @Test
  void exposure_dependsOnTheFamiliesAlone_forAnyOrderOfChangesAndSettlements() {
    for (int i = 0; i < 300; i++) {
      long seed = Seed.ofCase(i);
      Random random = new Random(seed);
      List<Family> families = families(random);
      Index expected = new Index(ReservedNames.NONE);
      families.forEach(expected::put);
      expected.settle();
      Collections.shuffle(families, random);
      Index actual = new Index(ReservedNames.NONE);
      for (Family family : families) {
        // An earlier state of the family, so that its shape changes too.
        actual.put(family(family.group, family.name(), COUNTER, 50, random.nextInt(4)));
        actual.settle();
      }
      for (Family family : families) {
        actual.put(family);
        if (random.nextBoolean()) {
          actual.settle();
        }
      }
      actual.settle();
      assertEquals(expected.exposed(), actual.exposed(), Seed.message(seed));
      assertEquals(
          expected.families.counts(0).shadowed(),
          actual.families.counts(0).shadowed(),
          Seed.message(seed));
      assertEquals(List.of(), actual.shadowing.settle(), "no notes are left");
    }
  }

  private static List<Family> families(Random random) {
    List<Family> families = new ArrayList<>();
    long claim = 100;
    for (GroupKey group : List.of(A, B, C)) {
      for (String name : List.of("s", "s_count", "s_sum", "s_count_count")) {
        if (random.nextInt(3) > 0) {
          MetricType type = List.of(GAUGE, COUNTER, SUMMARY).get(random.nextInt(3));
          int first = random.nextInt(3);
          families.add(family(group, name, type, claim + random.nextInt(20), first, first + 1));
        }
      }
    }
    return families;
  }

  @Test
  void manySharersOfASeries_costTheNewcomerAndTheFirst() {
    Index index = new Index(ReservedNames.NONE);
    for (int i = 0; i < 1_000; i++) {
      long before = index.shadowing.seriesSettled();
      index.settledBy(family(Pushes.job("j" + i), "m", GAUGE, 1_000 - i, 7));
      assertTrue(index.shadowing.seriesSettled() - before <= 2, "family " + i);
    }
    assertEquals(999, index.families.counts(0).shadowed());
  }
}
