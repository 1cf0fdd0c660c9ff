package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The laws of {@link GroupMerge}, with few versions and contents so that ties are frequent. */
class GroupMergeTest {
  private static final int CASES = 4_000;
  private static final GroupKey KEY = Pushes.job("a");
  private static final String[] NAMES = {"f", "g", "h"};

  @Test
  void merge_inEitherOrder_isTheSame() {
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      Group one = state(random);
      Group other = state(random);
      assertEquals(show(merged(one, other)), show(merged(other, one)), Seed.message(seed));
    }
  }

  @Test
  void merge_ofThree_doesNotDependOnGrouping() {
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      Group one = state(random);
      Group two = state(random);
      Group three = state(random);
      assertEquals(
          show(merged(merged(one, two), three)),
          show(merged(one, merged(two, three))),
          Seed.message(seed));
    }
  }

  @Test
  void merge_withItselfOrAgain_changesNothing() {
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      Group one = merged(state(random));
      Group other = state(random);
      assertEquals(show(one), show(merged(one, one)), Seed.message(seed));
      Group both = merged(one, other);
      assertEquals(show(both), show(merged(both, other)), Seed.message(seed));
      assertEquals(show(both), show(merged(both, one)), Seed.message(seed));
    }
  }

  @Test
  void merge_ofManyChanges_inAnyOrderAndRepetition_isTheSame() {
    for (int i = 0; i < 300; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      List<Group> changes = new ArrayList<>();
      for (int n = random.nextInt(2, 9); n > 0; n--) {
        changes.add(state(random));
      }
      String expected = show(merged(changes.toArray(Group[]::new)));
      Random shuffle = new Random(seed);
      for (int order = 0; order < 20; order++) {
        List<Group> repeated = new ArrayList<>(changes);
        for (Group change : changes) {
          if (random.nextBoolean()) {
            repeated.add(change);
          }
        }
        Collections.shuffle(repeated, shuffle);
        assertEquals(expected, show(merged(repeated.toArray(Group[]::new))), Seed.message(seed));
      }
    }
  }

  @Test
  void merge_leavesWhatItMergesFrom_asItWas() {
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      Group into = state(random);
      Group from = state(random);
      String before = show(from);
      GroupMerge.merge(into, from);
      assertEquals(before, show(from), Seed.message(seed));
    }
  }

  /** An index that follows the changes has the families of the group. */
  @Test
  void merge_returnsEveryDifference() {
    for (int i = 0; i < CASES; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      Group into = merged(state(random));
      Group mirror = merged(into);
      for (FamilyChange change : GroupMerge.merge(into, state(random))) {
        assertEquals(mirror.families.get(change.name()), change.before(), Seed.message(seed));
        if (change.after() == null) {
          mirror.families.removeIf(family -> family.name().equals(change.name()));
        } else {
          mirror.families.put(change.after());
        }
      }
      assertEquals(into.families.values(), mirror.families.values(), Seed.message(seed));
    }
  }

  @Test
  void delete_ofTheVeryVersion_wins() {
    Group push = new Group(KEY);
    push.families.put(family("f", version(3), version(3), "f 1\n", null));
    push.lastPush = new PushStamp(version(3), 1, version(3));
    push.lastFailure = new PushStamp(version(2), 1, version(1));
    Group delete = new Group(KEY);
    delete.deletedAt = version(3);
    Group both = merged(push, delete);
    assertEquals(true, both.isEmpty());
    assertEquals(show(both), show(merged(delete, push)));
  }

  @Test
  void put_keepsItsOwnFamiliesAndAllPushTimes() {
    Group before = new Group(KEY);
    before.families.put(family("f", version(1), version(1), "f 1\n", null));
    before.families.put(family("g", version(1), version(1), "g 1\n", null));
    before.lastPush = new PushStamp(version(1), 1, version(1));
    before.lastFailure = new PushStamp(version(2), 2, version(1));
    Group put = new Group(KEY);
    put.replacedAt = version(3);
    put.families.put(family("f", version(3), version(1), "f 2\n", null));
    Group both = merged(before, put);
    assertEquals(1, both.families.size());
    assertEquals(version(3), both.families.get("f").version);
    assertNotNull(both.lastPush);
    assertNotNull(both.lastFailure);
  }

  @Test
  void delete_takesPushTimes_butNotNewerOnes() {
    Group group = new Group(KEY);
    group.lastPush = new PushStamp(version(4), 1, version(1));
    group.lastFailure = new PushStamp(version(2), 2, version(1));
    Group delete = new Group(KEY);
    delete.deletedAt = version(3);
    Group both = merged(delete, group);
    assertNotNull(both.lastPush);
    assertNull(both.lastFailure);
  }

  private static Version version(long clock) {
    return new Version(clock, 1);
  }

  private static Group merged(Group... states) {
    Group result = new Group(KEY);
    for (Group state : states) {
      GroupMerge.merge(result, state);
    }
    return result;
  }

  /** Few of everything; the clock's upper half is there because versions are unsigned. */
  private static Version anyVersion(RandomGenerator random) {
    return new Version(random.nextInt(-2, 4), random.nextInt(-1, 1));
  }

  private static @Nullable Version anyFloor(RandomGenerator random) {
    return random.nextInt(3) == 0 ? anyVersion(random) : null;
  }

  private static @Nullable PushStamp anyStamp(RandomGenerator random) {
    return random.nextInt(3) == 0
        ? null
        : new PushStamp(
            anyVersion(random), random.nextInt(2), anyVersion(random), null, random.nextInt(2));
  }

  private static Group state(RandomGenerator random) {
    Group group = new Group(KEY);
    Version deletedAt = anyFloor(random);
    group.delete(deletedAt, deletedAt == null ? 0 : random.nextInt(3));
    group.replacedAt = anyFloor(random);
    group.lastPush = anyStamp(random);
    group.lastFailure = anyStamp(random);
    for (String name : NAMES) {
      if (random.nextBoolean()) {
        String help = random.nextBoolean() ? null : "help " + random.nextInt(2);
        group.families.put(
            family(
                name,
                anyVersion(random),
                anyVersion(random),
                name + " " + random.nextInt(2) + "\n",
                help));
      }
    }
    return group;
  }

  private static Family family(
      String name, Version version, Version claimedAt, String text, @Nullable String help) {
    PushedFamily content =
        new PushedFamily(
            Descriptor.plain(name, MetricType.GAUGE, help),
            new byte[0],
            text.getBytes(StandardCharsets.US_ASCII),
            new long[] {name.hashCode()},
            null);
    return new Family(KEY, content, version, claimedAt);
  }

  /** All that a group's state is, but for objects that derive from it. */
  static String show(Group group) {
    StringBuilder text = new StringBuilder();
    text.append("deleted ").append(group.deletedAt);
    text.append(" expired ").append(group.expiredAt);
    text.append("\nreplaced ").append(group.replacedAt);
    text.append("\npush ").append(group.lastPush);
    text.append("\nfailure ").append(group.lastFailure);
    for (Family family : group.families.values()) {
      text.append('\n')
          .append(family.name())
          .append(' ')
          .append(family.version)
          .append(' ')
          .append(family.claimedAt)
          .append(' ')
          .append(family.type())
          .append(' ')
          .append(family.help())
          .append(' ')
          .append(Arrays.toString(family.text));
    }
    return text.toString();
  }
}
