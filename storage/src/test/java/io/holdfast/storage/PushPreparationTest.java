package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Rejection.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PushPreparationTest {
  private static final GroupKey A = Pushes.job("a");

  @Test
  void timestamp_isRefused_evenBehindAnotherMistake() {
    assertEquals(
        new Rejection(
            Reason.TIMESTAMP,
            "pushed metrics must not have timestamps, but m{} has timestamp 1234567"),
        rejection(gauge("m", "__x", "1"), Pushes.families("m 1 1234567\n").get(0)));
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void metricWithoutTheValueOfItsType_isRefused(MetricType type) {
    MetricFamily family =
        MetricFamily.newBuilder()
            .setName("m")
            .setType(type)
            .addMetric(Metric.getDefaultInstance())
            .build();
    assertEquals(
        new Rejection(
            Reason.BAD_METRIC, "collected metric m{instance=\"\",job=\"a\"} is not a " + type),
        rejection(family));
  }

  @Test
  void groupingLabels_overwriteTheMetrics_andInstanceIsAdded() {
    GroupKey group = Pushes.group("job", "a", "x", "group");
    assertEquals(
        "m{a=\"1\",instance=\"\",job=\"a\",x=\"group\"} 1\n",
        text(Pushes.put(group, "m{x=\"metric\",job=\"b\",a=\"1\"} 1\n")));
    assertEquals("m{instance=\"i\",job=\"a\"} 1\n", text(Pushes.put(A, "m{instance=\"i\"} 1\n")));
    assertEquals(
        "m{instance=\"g\",job=\"a\"} 1\n",
        text(Pushes.put(Pushes.group("job", "a", "instance", "g"), "m{instance=\"i\"} 1\n")));
  }

  @Test
  void series_arePreparedUpToTheStepThatEndsTheWork() {
    MetricFamily[] families = new MetricFamily[100];
    Arrays.setAll(families, i -> gauge("m" + i));
    int[] steps = new int[1];
    Runnable step =
        () -> {
          steps[0]++;
          if (steps[0] == 3) {
            throw new CancellationException();
          }
        };

    assertThrows(
        CancellationException.class,
        () ->
            PushPreparation.prepare(A, true, Pushes.NANOS, List.of(families), Pushes.LIMITS, step));

    assertEquals(3, steps[0]);
  }

  @Test
  void series_areInOrderOfTheirLabels() {
    assertEquals(
        """
        m{instance="",job="a"} 3
        m{instance="",job="a",l="1"} 2
        m{instance="",job="a",l="2"} 1
        """,
        text(Pushes.put(A, "m{l=\"2\"} 1\nm{l=\"1\"} 2\nm 3\n")));
  }

  @ParameterizedTest
  @CsvSource({
    "__x, 'has a label with an invalid name: \"__x\" (expected: valid UTF-8, not empty,"
        + " not starting with \"__\")'",
    "'', 'has a label with an invalid name: \"\" (expected: valid UTF-8, not empty,"
        + " not starting with \"__\")'",
  })
  void badLabelName_isRefused(String name, String problem) {
    Rejection rejection = rejection(gauge("m", name, "1"));
    assertEquals(Reason.BAD_LABELS, rejection.reason());
    assertTrue(rejection.message().endsWith(problem), rejection.message());
  }

  @Test
  void repeatedLabelName_isRefused_evenAGroupingLabels() {
    assertProblem(
        Reason.BAD_LABELS,
        "has two or more labels with the same name: x",
        gauge("m", "x", "1", "x", "2"));
    assertProblem(
        Reason.BAD_LABELS,
        "has two or more labels with the same name: job",
        gauge("m", "job", "1", "job", "2"));
  }

  @Test
  void namesOfLabels_areWhatTheyAre_whateverAScrapeMakesOfThem() {
    assertEquals(
        "m{\"..name..\"=\"1\",\"a.b\"=\"2\",a_b=\"3\",instance=\"\",job=\"a\"} 1\n",
        text(prepare(A, gauge("m", "..name..", "1", "a.b", "2", "a_b", "3"))));
    GroupKey group = Pushes.group("j_b", "2", "job", "a");
    assertEquals(
        "m{instance=\"\",\"j.b\"=\"1\",j_b=\"2\",job=\"a\"} 1\n",
        text(prepare(group, gauge("m", "j.b", "1"))));
  }

  @Test
  void seriesThatLookAlike_areTwoSeries() {
    MetricFamily both =
        gauge("m", "a.b", "1", "a_c", "2").toBuilder()
            .addMetric(gauge("m", "a_b", "1", "a.c", "2").getMetric(0))
            .build();
    assertEquals(
        """
        m{"a.b"="1",a_c="2",instance="",job="a"} 1
        m{"a.c"="2",a_b="1",instance="",job="a"} 1
        """,
        text(prepare(A, both)));
    try (Applying store = new Applying(Map.of())) {
      Change first = prepare(Pushes.group("job", "a", "x_y", "1"), gauge("m"));
      Change second = prepare(A, gauge("m", "x.y", "1"));
      assertEquals(new WriteOutcome.Applied(), store.apply(first));
      assertEquals(new WriteOutcome.Applied(), store.apply(second));
    }
  }

  @Test
  void familiesThatLookAlike_areTwoFamilies() {
    Change.Push push =
        Pushes.accepted(prepare(A, gauge("\u6e29\u5ea6"), gauge("\u6e7f\u5ea6"), gauge("__")));
    assertEquals(Set.of("\u6e29\u5ea6", "\u6e7f\u5ea6", "__"), push.families().keySet());
    try (Applying store = new Applying(Map.of())) {
      store.apply(prepare(A, gauge("a.b")));
      store.apply(prepare(A, gauge("a_b", "x", "1")));
      assertEquals(2, store.groups().get(A).families.size());
      assertEquals(
          new WriteOutcome.Applied(),
          store.apply(Pushes.put(Pushes.job("b"), "# TYPE \"a-b\" counter\n{\"a-b\"} 1\n")));
      WriteOutcome other =
          store.apply(Pushes.put(Pushes.job("b"), "# TYPE \"a.b\" counter\n{\"a.b\"} 1\n"));
      assertEquals(Reason.TYPE_CONFLICT, ((WriteOutcome.Rejected) other).rejection().reason());
    }
  }

  @Test
  void ofTwoFamiliesWithOneName_theLastWins() {
    assertEquals(
        "m{instance=\"\",job=\"a\",x=\"2\"} 1\n",
        text(prepare(A, gauge("m", "x", "1"), gauge("m", "x", "2"))));
  }

  @Test
  void pushTimes_areOursAlone() {
    Change change =
        prepare(
            A,
            gauge("push_time_seconds"),
            gauge("push_failure_time_seconds"),
            gauge("push.time.seconds"));
    assertEquals(Set.of("push.time.seconds"), Pushes.accepted(change).families().keySet());
  }

  @Test
  void labelsThatAScrapeWritesItself_areRefused() {
    MetricFamily summary = Pushes.families("# TYPE s summary\ns_sum 1\n").get(0);
    assertProblem(
        Reason.BAD_LABELS,
        "must not have an explicit \"quantile\" label",
        labelled(summary, "quantile"));
    MetricFamily histogram = Pushes.families("# TYPE h histogram\nh_sum 1\n").get(0);
    assertProblem(
        Reason.BAD_LABELS, "must not have an explicit \"le\" label", labelled(histogram, "le"));
    text(prepare(A, labelled(summary, "le"), labelled(histogram, "quantile")));
    text(prepare(A, gauge("m", "le", "1", "quantile", "2")));
  }

  private static MetricFamily labelled(MetricFamily family, String name) {
    MetricFamily.Builder labelled = family.toBuilder();
    labelled.getMetricBuilder(0).addLabel(LabelPair.newBuilder().setName(name).setValue("1"));
    return labelled.build();
  }

  @Test
  void duplicates_areRefused_whateverTheOrderOfLabels() {
    assertProblem(
        Reason.DUPLICATE_SERIES,
        "collected metric m{instance=\"\",job=\"a\",x=\"1\",y=\"2\"} was collected before with the"
            + " same name and label values",
        List.of(
            gauge("m", "x", "1", "y", "2").toBuilder()
                .addMetric(gauge("m", "y", "2", "x", "1").getMetric(0))
                .build()),
        A);
  }

  @ParameterizedTest
  @CsvSource({"2, 1, true", "1, 2, true", "0, 1, true", "2, 2, false", "0, 0, false"})
  void nativeHistogram_needsABucketForEachThatItsSpansAnnounce(
      int announced, int brought, boolean isRefused) {
    Histogram.Builder histogram = Histogram.newBuilder().setSampleCount(1);
    histogram.addPositiveSpan(BucketSpan.newBuilder().setOffset(0).setLength(announced));
    for (int i = 0; i < brought; i++) {
      histogram.addPositiveDelta(1);
    }
    MetricFamily family =
        MetricFamily.newBuilder()
            .setName("h")
            .setType(MetricType.HISTOGRAM)
            .addMetric(Metric.newBuilder().setHistogram(histogram))
            .build();
    if (isRefused) {
      assertProblem(
          Reason.BAD_METRIC,
          "has %d positive buckets (expected: %d, as its spans say)".formatted(brought, announced),
          family);
    } else {
      text(prepare(A, family));
    }
  }

  @Test
  void spansWithHugeLengths_areRefused() {
    Histogram.Builder histogram = Histogram.newBuilder();
    for (int i = 0; i < 3; i++) {
      histogram.addNegativeSpan(BucketSpan.newBuilder().setLength(-1));
    }
    assertProblem(
        Reason.BAD_METRIC,
        "has 0 negative buckets (expected: 12884901885, as its spans say)",
        MetricFamily.newBuilder()
            .setName("h")
            .setType(MetricType.GAUGE_HISTOGRAM)
            .addMetric(Metric.newBuilder().setHistogram(histogram))
            .build());
  }

  @Test
  void malformedUtf8_isRefused_whereverItIs() {
    ByteString bad = ByteString.copyFrom(new byte[] {'x', (byte) 0xff});
    MetricFamily good = gauge("m", "l", "v");
    MetricFamily.Builder value = good.toBuilder();
    value.getMetricBuilder(0).getLabelBuilder(0).setValueBytes(bad);
    MetricFamily.Builder name = good.toBuilder();
    name.getMetricBuilder(0).getLabelBuilder(0).setNameBytes(bad);
    assertProblem(
        Reason.BAD_METRIC, "is not valid UTF-8", good.toBuilder().setNameBytes(bad).build());
    assertProblem(Reason.BAD_LABELS, "named \"l\" whose value is not utf8", value.build());
    assertProblem(Reason.BAD_LABELS, "has a label with an invalid name", name.build());
    // A replacement character that was sent as such is a character like any other.
    text(prepare(A, gauge("m", "l", "\uFFFD")));
  }

  @Test
  void familyWithoutMetrics_isKept() {
    MetricFamily empty = MetricFamily.newBuilder().setName("m").build();
    assertEquals("", text(prepare(A, empty)));
  }

  /** What is on the disk is read back to the same text and hashes. */
  @Test
  void restore_isAsPrepared() throws InvalidProtocolBufferException {
    MetricFamily family = gauge("a.m", "z.b", "1", "z_a", "2").toBuilder().setHelp("").build();
    PushedFamily prepared =
        Pushes.accepted(prepare(A, family)).families().values().iterator().next();
    PushedFamily restored = PushPreparation.restore(MetricFamily.parseFrom(prepared.encoded()));
    assertEquals("a.m", restored.name());
    assertEquals("", restored.help());
    assertEquals(
        new String(prepared.text(), StandardCharsets.UTF_8),
        new String(restored.text(), StandardCharsets.UTF_8));
    assertEquals(prepared.seriesHashes()[0], restored.seriesHashes()[0]);
    assertEquals(prepared.looks(), restored.looks());
  }

  private static MetricFamily gauge(String name, String... labels) {
    Metric.Builder metric = Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(1));
    for (int i = 0; i < labels.length; i += 2) {
      metric.addLabel(LabelPair.newBuilder().setName(labels[i]).setValue(labels[i + 1]));
    }
    return MetricFamily.newBuilder()
        .setName(name)
        .setType(MetricType.GAUGE)
        .addMetric(metric)
        .build();
  }

  private static Change prepare(GroupKey group, MetricFamily... families) {
    return PushPreparation.prepare(group, false, Pushes.NANOS, List.of(families), Pushes.LIMITS);
  }

  private static Rejection rejection(MetricFamily... families) {
    return Pushes.rejection(prepare(A, families));
  }

  private static void assertProblem(Reason reason, String part, MetricFamily family) {
    assertProblem(reason, part, List.of(family), A);
  }

  private static void assertProblem(
      Reason reason, String part, List<MetricFamily> families, GroupKey group) {
    Change change = PushPreparation.prepare(group, false, Pushes.NANOS, families, Pushes.LIMITS);
    Rejection rejection = Pushes.rejection(change);
    assertEquals(reason, rejection.reason(), rejection.message());
    assertTrue(rejection.message().contains(part), rejection.message());
  }

  private static String text(Change change) {
    StringBuilder text = new StringBuilder();
    for (PushedFamily family : Pushes.accepted(change).families().values()) {
      text.append(new String(family.text(), StandardCharsets.UTF_8));
    }
    return text.toString();
  }
}
