package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Rejection.Reason;
import io.holdfast.testkit.Seed;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsistencyIndexTest {
  private static final Map<String, MetricType> RESERVED = Map.of("own", MetricType.SUMMARY);

  /** The verdict, the counts and every byte of the exposition after each of many changes. */
  @Test
  void changes_areJudgedAndShown_asByAGatherOfEverything() {
    int accepted = 0;
    int rejected = 0;
    for (int i = 0; i < 150; i++) {
      long seed = Seed.ofCase(i);
      RandomPushes pushes = new RandomPushes(Seed.random(seed));
      WholeState expected = new WholeState(RESERVED);
      try (Applying actual = new Applying(RESERVED)) {
        for (int step = 0; step < 60; step++) {
          Change change = pushes.next();
          String where = Seed.message(seed) + ", step " + step + ": " + describe(change);
          boolean isAccepted = expected.apply(change);
          WriteOutcome outcome = actual.apply(change);
          assertEquals(
              isAccepted, outcome instanceof WriteOutcome.Applied, () -> where + ": " + outcome);
          accepted += isAccepted ? 1 : 0;
          rejected += isAccepted ? 0 : 1;
          assertNull(expected.problem(), where);
          Exposition exposition = actual.groups().exposition();
          assertEquals(expected.text(), Pushes.text(exposition), where);
          assertEquals(expected.groups(), exposition.groups(), where);
          assertEquals(expected.series(), exposition.series(), where);
          assertEquals(0, exposition.shadowedSeries(), where);
        }
      }
    }
    assertTrue(accepted > 1_000 && rejected > 1_000, accepted + " accepted, " + rejected);
  }

  private static String describe(Change change) {
    if (change instanceof Change.Push push) {
      StringBuilder text = new StringBuilder(push.replace() ? "PUT " : "POST ");
      text.append(push.group());
      push.families().values().forEach(f -> text.append("\n").append(WholeState.decoded(f)));
      return text.toString();
    }
    return change.toString();
  }

  @Test
  void push_ofAnotherType_namesFamilyTypesAndGroup() {
    assertEquals(
        new Rejection(
            Reason.TYPE_CONFLICT,
            "gathered metric family m has type COUNTER but should have GAUGE: group {job=\"a\"} has"
                + " it with that type"),
        second("# TYPE m gauge\nm 1\n", "# TYPE m counter\nm 1\n"));
  }

  @Test
  void push_thatCollidesBySuffix_namesBothAndGroup() {
    assertEquals(
        new Rejection(
            Reason.SUFFIX_COLLISION,
            "collected metric named \"s_count\" collides with the summary named \"s\" of group"
                + " {job=\"a\"}"),
        second("# TYPE s summary\ns_count 1\n", "s_count 1\n"));
    assertEquals(
        new Rejection(
            Reason.SUFFIX_COLLISION,
            "collected metric named \"h_bucket\" collides with the histogram named \"h\" of group"
                + " {job=\"a\"}"),
        second("h_bucket 1\n", "# TYPE h histogram\nh_sum 1\n"));
  }

  @Test
  void push_ofASeriesOfAnotherGroup_namesSeriesAndGroup() {
    try (Applying store = new Applying(Map.of())) {
      store.apply(Pushes.put(Pushes.job("a"), "m{x=\"1\"} 1\n"));
      WriteOutcome outcome = store.apply(Pushes.put(Pushes.group("job", "a", "x", "1"), "m 2\n"));
      assertEquals(
          new WriteOutcome.Rejected(
              new Rejection(
                  Reason.DUPLICATE_SERIES,
                  "collected metric m{instance=\"\",job=\"a\",x=\"1\"} was collected before with"
                      + " the same name and label values, from group {job=\"a\"}")),
          outcome);
    }
  }

  @Test
  void push_againstTheServersOwnFamilies_isRefusedIfItContradicts() {
    try (Applying store = new Applying(RESERVED)) {
      GroupKey a = Pushes.job("a");
      assertEquals(Reason.TYPE_CONFLICT, reason(store.apply(Pushes.put(a, "own 1\n"))));
      assertEquals(Reason.SUFFIX_COLLISION, reason(store.apply(Pushes.put(a, "own_sum 1\n"))));
      assertEquals(
          new WriteOutcome.Applied(),
          store.apply(Pushes.put(a, "# TYPE own summary\nown_count 1\n")));
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(a, "own_bucket 1\n")));
    }
  }

  /** What collides within the push, and with what a PUT is about to remove. */
  @Test
  void push_isJudgedByWhatIsThereAfterIt() {
    try (Applying store = new Applying(Map.of())) {
      GroupKey a = Pushes.job("a");
      store.apply(Pushes.put(a, "# TYPE m gauge\nm 1\ns_count 1\n"));
      assertEquals(
          Reason.SUFFIX_COLLISION,
          reason(store.apply(Pushes.post(a, "# TYPE s summary\ns_sum 1\n"))));
      assertEquals(
          new WriteOutcome.Applied(),
          store.apply(Pushes.put(a, "# TYPE s summary\ns_sum 1\n# TYPE m counter\nm 1\n")));
      String ofOnePush = "# TYPE u_bucket gauge\nu_bucket 1\n# TYPE u histogram\nu_sum 1\n";
      assertEquals(Reason.SUFFIX_COLLISION, reason(store.apply(Pushes.put(a, ofOnePush))));
    }
  }

  private static Reason reason(WriteOutcome outcome) {
    return ((WriteOutcome.Rejected) outcome).rejection().reason();
  }

  private static Rejection second(String first, String second) {
    try (Applying store = new Applying(Map.of())) {
      assertEquals(new WriteOutcome.Applied(), store.apply(Pushes.put(Pushes.job("a"), first)));
      WriteOutcome outcome = store.apply(Pushes.put(Pushes.job("b"), second));
      return ((WriteOutcome.Rejected) outcome).rejection();
    }
  }
}
