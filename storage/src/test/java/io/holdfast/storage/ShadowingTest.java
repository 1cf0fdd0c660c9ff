package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Rejection.Reason;
import io.holdfast.testkit.Seed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** States that contradict each other, merged in without a check as from concurrent nodes. */
class ShadowingTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final GroupKey C = Pushes.job("c");

  /** The same labels in a scrape as those of {@link #A}. */
  private static final GroupKey A_TWIN = Pushes.group("instance", "", "job", "a");

  @Test
  void conflictingStates_inAnyOrder_showTheSame_andNothingTwice() {
    for (int i = 0; i < 400; i++) {
      long seed = Seed.ofCase(i);
      List<Group> changes = changes(Seed.random(seed));
      Groups first = merged(changes);
      assertSound(first, Seed.message(seed));
      Random shuffle = new Random(seed);
      for (int order = 0; order < 4; order++) {
        Collections.shuffle(changes, shuffle);
        assertSame(first, merged(changes), Seed.message(seed));
      }
      assertSame(first, reread(first), Seed.message(seed) + ", read anew");
    }
  }

  @Test
  void deletes_leaveWhatTheRestAloneWouldShow() {
    for (int i = 0; i < 300; i++) {
      long seed = Seed.ofCase(i);
      List<Group> changes = changes(Seed.random(seed));
      Groups groups = merged(changes);
      List<GroupKey> keys = new ArrayList<>();
      groups.all().forEach(group -> keys.add(group.key));
      Collections.shuffle(keys, new Random(seed));
      for (GroupKey key : keys) {
        Group delete = new Group(key);
        delete.deletedAt = version(1_000);
        groups.merge(delete);
        assertSound(groups, Seed.message(seed) + ", without " + key);
        assertSame(reread(groups), groups, Seed.message(seed) + ", without " + key);
      }
      assertEquals("", Pushes.text(groups.exposition()), Seed.message(seed));
    }
  }

  @Test
  void ofIncompatibleTypes_theOldestClaimIsShown_andTheOtherWhenThatGoes() {
    Groups groups = new Groups(false);
    merge(groups, change(A, 2, "# TYPE m gauge\nm 1\n"));
    merge(groups, change(B, 1, "# TYPE m counter\nm 2\n"));
    merge(groups, change(C, 3, "# TYPE m gauge\nm 3\n"));
    assertEquals("# TYPE m counter\nm{instance=\"\",job=\"b\"} 2\n", block(groups, "m"));
    assertEquals(2, groups.exposition().shadowedSeries());
    delete(groups, B, 4);
    assertEquals(
        "# TYPE m gauge\nm{instance=\"\",job=\"a\"} 1\nm{instance=\"\",job=\"c\"} 3\n",
        block(groups, "m"));
    assertEquals(0, groups.exposition().shadowedSeries());
  }

  @Test
  void ofEqualSeries_theOldestClaimIsShown_withTheRestOfTheOther() {
    GroupKey other = Pushes.group("job", "a", "x", "1");
    Groups groups = new Groups(false);
    merge(groups, change(A, 2, "m{x=\"1\"} 1\nm{x=\"2\"} 2\n"));
    merge(groups, change(other, 1, "m 3\n"));
    assertEquals(
        """
        # TYPE m untyped
        m{instance="",job="a",x="2"} 2
        m{instance="",job="a",x="1"} 3
        """,
        block(groups, "m"));
    assertEquals(1, groups.exposition().shadowedSeries());
    delete(groups, other, 3);
    assertEquals(
        """
        # TYPE m untyped
        m{instance="",job="a",x="1"} 1
        m{instance="",job="a",x="2"} 2
        """,
        block(groups, "m"));
    assertEquals(0, groups.exposition().shadowedSeries());
  }

  /** The summary s blocks s_count, which then does not block s_count_count; and so on back. */
  @Test
  void aChainOfSuffixes_showsEverySecond() {
    Groups groups = new Groups(false);
    merge(groups, change(A, 1, "# TYPE s summary\ns_sum 1\n"));
    merge(groups, change(B, 2, "# TYPE s_count histogram\ns_count_sum 1\n"));
    merge(groups, change(C, 3, "# TYPE s_count_count gauge\ns_count_count 3\n"));
    assertEquals(Set.of("s", "s_count_count"), shownFamilies(groups));
    assertEquals(1, groups.exposition().shadowedSeries());
    delete(groups, A, 4);
    assertEquals(Set.of("s_count"), shownFamilies(groups));
    assertEquals(1, groups.exposition().shadowedSeries());
    delete(groups, B, 5);
    assertEquals(Set.of("s_count_count"), shownFamilies(groups));
    assertEquals(0, groups.exposition().shadowedSeries());
  }

  @Test
  void histogramsOfBothKinds_ownTheirSuffixes_whetherThereIsAThirdTypeOrNot() {
    Groups groups = new Groups(false);
    String histogram = "# TYPE m histogram\nm_sum 1\n";
    MetricFamily gaugeHistogram =
        Pushes.families(histogram).get(0).toBuilder().setType(MetricType.GAUGE_HISTOGRAM).build();
    Change push =
        PushPreparation.prepare(A, false, Pushes.NANOS, List.of(gaugeHistogram), Pushes.LIMITS);
    merge(groups, change(Pushes.accepted(push), version(1), version(1)));
    merge(groups, change(B, 2, histogram));
    merge(groups, change(C, 3, "m_count 1\n"));
    assertEquals(Set.of("m"), shownFamilies(groups));
    merge(groups, change(Pushes.job("d"), 4, "# TYPE m counter\nm 1\n"));
    assertEquals(Set.of("m"), shownFamilies(groups));
  }

  @Test
  void claims_outliveLaterPushes_soThatTheWinnerStays() {
    try (Applying store = new Applying(Map.of())) {
      store.apply(Pushes.put(A, "# TYPE m gauge\nm 1\n"));
      merge(store.groups(), change(B, Long.MAX_VALUE, "# TYPE m counter\nm 2\n"));
      store.apply(Pushes.put(A, "# TYPE m gauge\nm 5\n"));
      store.apply(Pushes.post(A, "# TYPE m gauge\nm 6\n"));
      assertEquals("# TYPE m gauge\nm{instance=\"\",job=\"a\"} 6\n", block(store.groups(), "m"));
    }
  }

  @Test
  void pushTo_aGroupWithTheSamePushTimes_isRefused_andTheFirstOnesAreShown() {
    try (Applying store = new Applying(Map.of())) {
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(A, "m 1\n")));
      for (int i = 0; i < 2; i++) {
        WriteOutcome outcome = store.apply(Pushes.put(A_TWIN, "n 1\n"));
        assertEquals(
            new WriteOutcome.Rejected(
                new Rejection(
                    Reason.DUPLICATE_SERIES,
                    "collected metric push_time_seconds{instance=\"\",job=\"a\"} was collected"
                        + " before with the same name and label values, from group {job=\"a\"}")),
            outcome);
      }
      assertEquals(2, store.groups().size());
      assertEquals(2, store.groups().exposition().shadowedSeries());
      String times =
          "# HELP push_failure_time_seconds Last Unix time when changing this group in the"
              + " Pushgateway failed.\n# TYPE push_failure_time_seconds gauge\n"
              + "push_failure_time_seconds{instance=\"\",job=\"a\"} 0\n";
      assertEquals(times, block(store.groups(), "push_failure_time_seconds"));
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(A, "m 2\n")));

      store.apply(new Change.Delete(A));
      assertEquals(0, store.groups().exposition().shadowedSeries());
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(A_TWIN, "n 1\n")));
    }
  }

  @Test
  void pushThat_wouldJoinTheShadowedType_isRefused() {
    try (Applying store = new Applying(Map.of())) {
      merge(store.groups(), change(A, 1, "# TYPE m gauge\nm 1\n"));
      merge(store.groups(), change(B, 2, "# TYPE m counter\nm 2\n"));
      WriteOutcome again = store.apply(Pushes.put(B, "# TYPE m counter\nm 3\n"));
      assertEquals(Reason.TYPE_CONFLICT, ((WriteOutcome.Rejected) again).rejection().reason());
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(A, "# TYPE m gauge\nm 3\n")));
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(B, "# TYPE m gauge\nm 4\n")));
      assertEquals(0, store.groups().exposition().shadowedSeries());
    }
  }

  @Test
  void winnerOfASuffixCollision_mayGoOnPushing_theLoserMayNot() {
    Groups groups =
        merged(
            List.of(
                change(A, 1, "# TYPE s summary\ns{quantile=\"0.5\"} 1\n"),
                change(B, 2, "s_count 1\n")));
    ConsistencyIndex index = new ConsistencyIndex(groups, Map.of());

    Change.Push more =
        Pushes.accepted(Pushes.post(A, "# TYPE s summary\ns{x=\"new\",quantile=\"0.5\"} 1\n"));
    assertNull(index.check(more));
    Change.Push again = Pushes.accepted(Pushes.post(B, "s_count{x=\"new\"} 1\n"));
    assertEquals(Rejection.Reason.SUFFIX_COLLISION, index.check(again).reason());
    Change.Push newcomer = Pushes.accepted(Pushes.post(C, "s_count 1\n"));
    assertEquals(Rejection.Reason.SUFFIX_COLLISION, index.check(newcomer).reason());
  }

  private static Version version(long clock) {
    return new Version(clock, 1);
  }

  private static Group change(GroupKey key, long clock, String body) {
    return change(Pushes.accepted(Pushes.post(key, body)), version(clock), version(clock));
  }

  private static Group change(Change.Push push, Version version, Version claimedAt) {
    Group change = new Group(push.group());
    change.replacedAt = push.replace() ? version : null;
    change.lastPush = new PushStamp(version, version.clock(), claimedAt);
    push.families()
        .values()
        .forEach(family -> change.families.put(new Family(change.key, family, version, claimedAt)));
    return change;
  }

  private static List<Group> changes(RandomGenerator random) {
    RandomPushes pushes = new RandomPushes(random);
    List<GroupKey> keys = new ArrayList<>(RandomPushes.GROUPS);
    keys.add(A_TWIN);
    List<Group> changes = new ArrayList<>();
    for (int n = random.nextInt(1, 14); n > 0; n--) {
      GroupKey key = keys.get(random.nextInt(keys.size()));
      Version version = version(100 + n);
      if (random.nextInt(5) == 0) {
        Group failure = new Group(key);
        failure.lastFailure = new PushStamp(version, n, version);
        changes.add(failure);
      } else if (pushes.push(key, random.nextInt(4) == 0) instanceof Change.Push push) {
        Version claimedAt = random.nextBoolean() ? version : version(100 + random.nextInt(n + 1));
        changes.add(change(push, version, claimedAt));
      }
    }
    return changes;
  }

  private static void merge(Groups groups, Group change) {
    groups.merge(change);
  }

  private static void delete(Groups groups, GroupKey key, long clock) {
    Group delete = new Group(key);
    delete.deletedAt = version(clock);
    merge(groups, delete);
  }

  private static Groups merged(List<Group> changes) {
    Groups groups = new Groups(false);
    changes.forEach(change -> merge(groups, change));
    return groups;
  }

  /** As after a restart: whole states, in order of their keys. */
  private static Groups reread(Groups groups) {
    List<Group> states = new ArrayList<>();
    for (Group group : groups.all()) {
      Group state = new Group(group.key);
      state.replacedAt = group.replacedAt;
      state.lastPush = group.lastPush;
      state.lastFailure = group.lastFailure;
      for (Family family : group.families.values()) {
        state.families.put(family.exposing(family.text, new BitSet()));
      }
      states.add(state);
    }
    states.sort((one, other) -> one.key.compareTo(other.key));
    return merged(states);
  }

  private static void assertSame(Groups expected, Groups actual, String message) {
    Exposition one = expected.exposition();
    Exposition other = actual.exposition();
    assertEquals(Pushes.text(one), Pushes.text(other), message);
    assertEquals(one.series(), other.series(), message);
    assertEquals(one.shadowedSeries(), other.shadowedSeries(), message);
    assertEquals(one.groups(), other.groups(), message);
  }

  /** No TYPE and no sample twice, no name of a summary's or histogram's, and the counts right. */
  private static void assertSound(Groups groups, String message) {
    String text = Pushes.text(groups.exposition());
    Set<String> names = new HashSet<>();
    Set<String> samples = new HashSet<>();
    boolean hasGaugeHistograms = false;
    for (Group group : groups.all()) {
      for (Family family : group.families.values()) {
        hasGaugeHistograms |= family.type() == MetricType.GAUGE_HISTOGRAM;
      }
    }
    long shown = 0;
    String name = "";
    String type = "";
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("# TYPE ")) {
        name = line.split(" ", -1)[2];
        type = line.split(" ", -1)[3];
        assertTrue(names.add(name), () -> message + ": TYPE twice\n" + text);
      } else if (!line.startsWith("#") && !line.isEmpty()) {
        boolean isNew = samples.add(line.substring(0, line.lastIndexOf(' ')));
        // The samples of a gauge histogram are not checked for collisions: see SuffixRule.
        assertTrue(isNew || hasGaugeHistograms, () -> message + ": " + line + " twice\n" + text);
        boolean isSeveral = type.equals("summary") || type.equals("histogram");
        shown += !isSeveral || line.startsWith(name + "_count{") ? 1 : 0;
      }
    }
    Exposition exposition = groups.exposition();
    assertEquals(
        exposition.series() - shown, exposition.shadowedSeries(), () -> message + "\n" + text);
  }

  private static Set<String> shownFamilies(Groups groups) {
    Set<String> names = new HashSet<>();
    for (String line : Pushes.text(groups.exposition()).split("\n", -1)) {
      if (line.startsWith("# TYPE ") && !line.contains("push_")) {
        names.add(line.split(" ", -1)[2]);
      }
    }
    return names;
  }

  /** HELP, TYPE and samples of one family. */
  private static String block(Groups groups, String name) {
    StringBuilder block = new StringBuilder();
    for (String line : Pushes.text(groups.exposition()).split("(?<=\n)", -1)) {
      if (line.startsWith("# HELP " + name + " ")
          || line.startsWith("# TYPE " + name + " ")
          || line.startsWith(name + "{")) {
        block.append(line);
      }
    }
    return block.toString();
  }
}
