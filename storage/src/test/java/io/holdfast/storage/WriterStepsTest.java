package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.holdfast.proto.metrics.LabelPair;
import java.lang.management.ManagementFactory;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What one change costs the writer in the worst states that clients can make, in steps and bytes:
 * it depends on the change alone.
 */
class WriterStepsTest {
  private static final int MANY = 3_000;

  /** The family of a push and its group's push times. */
  private static final int OWN_SERIES = 3;

  private static Change.Push push(GroupKey group, String body) {
    return Pushes.accepted(Pushes.put(group, body));
  }

  private static long steps(Applying store, Change change) {
    long before = store.groups().seriesSettled();
    store.apply(change);
    return store.groups().seriesSettled() - before;
  }

  /** As if all series of two groups had one hash, which only a weak hash would let happen. */
  @Test
  void seriesWithOneHash_costAsManySteps_asThePushHasSeries() {
    try (Applying store = new Applying(Map.of())) {
      GroupKey first = Pushes.job("a");
      GroupKey second = Pushes.job("b");
      assertTrue(steps(store, new Change.Unchecked(colliding(first))) <= MANY + 2);
      assertTrue(steps(store, new Change.Unchecked(colliding(second))) <= MANY + 2);
      assertEquals(2, store.groups().series().owners(5));
      assertInstanceOf(WriteOutcome.Rejected.class, store.apply(colliding(second)));
      assertTrue(steps(store, new Change.Delete(first)) <= MANY + 2);
      assertEquals(1, store.groups().series().owners(5));
      assertEquals(0, store.groups().exposition().shadowedSeries());
    }
  }

  private static Change.Push colliding(GroupKey group) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < MANY; i++) {
      body.append("m{v=\"").append(i).append("\"} 1\n");
    }
    Change.Push push = push(group, body.toString());
    PushedFamily real = family(push);
    long[] equal = new long[MANY];
    Arrays.fill(equal, 5);
    return with(
        push, new PushedFamily(real.descriptor(), real.encoded(), real.text(), equal, null));
  }

  private static PushedFamily family(Change.Push push) {
    return push.families().get("m");
  }

  private static Change.Push with(Change.Push push, PushedFamily family) {
    return new Change.Push(
        push.group(),
        push.replace(),
        push.receivedAtNanos(),
        new TreeMap<>(Map.of("m", family)),
        0);
  }

  @Test
  void sharersOfASeries_costTheNewcomerAndTheFirst_howeverManyThereAre() {
    try (Applying store = new Applying(Map.of())) {
      for (int i = 0; i < MANY; i++) {
        assertTrue(steps(store, sharer(i)) <= OWN_SERIES + 1, "push " + i);
      }
      assertEquals(MANY - 1, store.groups().exposition().shadowedSeries());
      assertTrue(steps(store, sharer(MANY / 2)) <= OWN_SERIES + 1);
      assertEquals(0, steps(store, new Change.Delete(group(MANY / 2))));
      assertTrue(steps(store, new Change.Delete(group(0))) <= 1);
      assertEquals(MANY - 3, store.groups().exposition().shadowedSeries());
      assertTrue(store.text().contains("\nm{instance=\"\",job=\"x\",n=\"shared\"} 1\n"));
    }
  }

  private static GroupKey group(int i) {
    return Pushes.group("job", "x", "g" + i, "");
  }

  /** The labels that the groups differ in are empty in the body, and so the same series. */
  private static Change.Unchecked sharer(int i) {
    Change.Push push = push(group(i), "m 1\n");
    PushedFamily own = family(push);
    PushedFamily shared = family(push(Pushes.group("job", "x", "n", "shared"), "m 1\n"));
    return new Change.Unchecked(
        with(
            push,
            new PushedFamily(
                own.descriptor(), own.encoded(), shared.text(), shared.seriesHashes(), null)));
  }

  @Test
  void holdersOfANameInConflict_costTheNewcomer() {
    try (Applying store = new Applying(Map.of())) {
      for (int i = 0; i < MANY; i++) {
        String type = i % 2 == 0 ? "gauge" : "counter";
        Change.Push push = push(Pushes.job("j" + i), "# TYPE m " + type + "\nm 1\n");
        assertTrue(steps(store, new Change.Unchecked(push)) <= OWN_SERIES + 1, "push " + i);
      }
      assertEquals(MANY / 2, store.groups().exposition().shadowedSeries());
      Change.Delete delete = new Change.Delete(Pushes.job("j" + (MANY - 1)));
      assertTrue(steps(store, delete) <= 1);
    }
  }

  @Test
  void holdersOfANameThatASummaryOwns_costTheNewcomer() {
    try (Applying store = new Applying(Map.of())) {
      store.apply(push(Pushes.job("s"), "# TYPE s summary\ns_sum 1\ns_count 1\n"));
      for (int i = 0; i < MANY; i++) {
        Change.Push push = push(Pushes.job("j" + i), "s_count 1\n");
        assertTrue(steps(store, new Change.Unchecked(push)) <= OWN_SERIES + 1, "push " + i);
      }
      assertEquals(MANY, store.groups().exposition().shadowedSeries());
    }
  }

  @Test
  void refusedPush_ofASeriesOfAVeryLargeGroup_looksAtNoneOfItsText() {
    StringBuilder large = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      large.append("m{v=\"").append(i).append("\",x=\"1\"} 1\n");
    }
    try (Applying store = new Applying(Map.of())) {
      store.apply(push(Pushes.job("a"), large.toString()));
      Change.Push push = push(Pushes.group("job", "a", "x", "1"), "m{v=\"7\"} 1\n");
      assertInstanceOf(WriteOutcome.Rejected.class, store.apply(push));
      assertBytes(256 << 10, () -> store.apply(push));
    }
  }

  @Test
  void longHelp_costsThePushThatBringsIt_andNoOther() {
    int helpBytes = 1 << 20;
    try (Applying store = new Applying(Map.of())) {
      store.apply(push(Pushes.job("h"), "# HELP m " + "h".repeat(helpBytes) + "\nm 1\n"));
      for (int i = 0; i < 20; i++) {
        Change.Push push = push(Pushes.job("j" + i), "m 1\n");
        assertBytes(helpBytes / 8, () -> store.apply(push));
      }
      assertTrue(store.text().contains("# HELP m hhh"));
      assertBytes(helpBytes / 8, () -> store.apply(push(Pushes.job("k"), "m 1\n")));
    }
  }

  private static void assertBytes(long most, Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    work.run();
    long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertTrue(bytes <= most, () -> bytes + " bytes (expected: at most " + most + ")");
  }

  /** Counts how often a label is looked at. */
  private static final class CountedLabels extends AbstractList<LabelPair> {
    private final List<LabelPair> labels;
    private long looks;

    CountedLabels(List<LabelPair> labels) {
      this.labels = labels;
    }

    @Override
    public LabelPair get(int index) {
      looks++;
      return labels.get(index);
    }

    @Override
    public int size() {
      return labels.size();
    }
  }

  @Test
  void sanitiser_looksAtEachLabelOnce_howeverOftenItsNameComes() {
    LabelPair[] pairs = new LabelPair[MANY];
    LabelPair nameless = LabelPair.newBuilder().setName("").setValue("").build();
    LabelPair job = LabelPair.newBuilder().setName("job").setValue("").build();
    Arrays.fill(pairs, 0, MANY / 2, nameless);
    Arrays.fill(pairs, MANY / 2, MANY, job);
    CountedLabels labels = new CountedLabels(List.of(pairs));
    List<LabelPair> sanitised = new Sanitiser(Pushes.job("a")).labels(labels);
    // The first job is overwritten, instance and job come from the group, the rest is kept.
    assertEquals(MANY - 1 + 2, sanitised.size());
    assertTrue(labels.looks <= 2L * MANY, () -> labels.looks + " looks");
  }
}
