package io.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.server.gocompat.GoJson;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreOptions;
import io.holdfast.storage.WriteOutcome;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What upstream's marshalling makes of the same groups, byte for byte. */
class MetricsJsonTest {
  private static final Instant TIME = Instant.parse("2020-03-09T19:24:08.025744841Z");
  private static final long NANOS = 1_583_781_848_025_744_841L;
  private static final String AT = "\"time_stamp\":\"" + GoJson.time(TIME) + "\"";
  private static final String A = "{\"instance\":\"\",\"job\":\"a\"}";

  @TempDir private Path directory;
  private RocksGroupStore store;

  @BeforeEach
  void open() throws StoreException {
    store =
        RocksGroupStore.open(
            new StoreOptions(
                directory,
                new StoreOptions.Surroundings(
                    InstantSource.fixed(TIME), System::nanoTime, (changes, bytes, nanos) -> {}),
                StoreOptions.Capacity.ofQueue(1_000),
                StoreOptions.Rules.NONE,
                null),
            Runnable::run);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void push(Map<String, String> labels, MetricFamily... families) {
    GroupKey group = GroupKey.of(new TreeMap<>(labels));
    WriteOutcome outcome =
        store
            .submit(
                PushPreparation.prepare(
                    group, false, NANOS, List.of(families), ContentLimits.ofText(1 << 20)))
            .join();
    assertInstanceOf(WriteOutcome.Applied.class, outcome);
  }

  private void push(String text) {
    try {
      List<MetricFamily> families =
          TextParser.parse(text.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY);
      push(Map.of("job", "a"), families.toArray(MetricFamily[]::new));
    } catch (ParseException e) {
      throw new AssertionError(text, e);
    }
  }

  private String json() {
    SnapshotRead.Fresh result =
        assertInstanceOf(SnapshotRead.Fresh.class, store.readSnapshot().join());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MetricsJson json = new MetricsJson(result.snapshot())) {
      for (ByteBuffer piece = json.next(); piece != null; piece = json.next()) {
        byte[] part = new byte[piece.remaining()];
        piece.get(part);
        bytes.writeBytes(part);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The first family of the only group. */
  private void assertFamily(String expected) {
    String json = json();
    String before =
        "{\"status\":\"success\",\"data\":[{\"labels\":{\"job\":\"a\"},\"last_push_successful\":true,";
    String after = ",\"push_failure_time_seconds\":{";
    assertTrue(json.startsWith(before) && json.contains(after), json);
    assertEquals(expected, json.substring(before.length(), json.indexOf(after)));
  }

  private void assertMetrics(String type, String expected) {
    assertFamily("\"m\":{" + AT + ",\"type\":\"" + type + "\",\"metrics\":[" + expected + "]}");
  }

  @Test
  void nothing_isAnEmptyList() {
    assertEquals("{\"status\":\"success\",\"data\":[]}", json());
  }

  @Test
  void group_hasItsLabels_pushTimes_andFamilies_inOrder() {
    push(
        Map.of("job", "Björn", "instance", "inst'a\"n\\ce1"),
        MetricFamily.newBuilder()
            .setName("mf1")
            .setType(MetricType.SUMMARY)
            .addMetric(
                Metric.newBuilder()
                    .setSummary(Summary.newBuilder().setSampleCount(0).setSampleSum(0)))
            .build());
    String labels = "{\"instance\":\"inst'a\\\"n\\\\ce1\",\"job\":\"Björn\"}";
    // The double of seconds holds no more than the microsecond.
    String stamp = "\"time_stamp\":\"" + GoJson.time(Instant.parse("2020-03-09T19:24:08.025745Z"));
    String began = "\"time_stamp\":\"" + GoJson.time(Instant.parse("2020-03-09T19:24:08.025Z"));
    assertEquals(
        "{\"status\":\"success\",\"data\":[{\"labels\":"
            + labels
            + ",\"last_push_successful\":true,\"mf1\":{"
            + AT
            + ",\"type\":\"SUMMARY\",\"metrics\":[{\"count\":\"0\",\"labels\":"
            + labels
            + ",\"quantiles\":{},\"sum\":\"0\"}]},\"push_failure_time_seconds\":{"
            + began
            + "\",\"type\":\"GAUGE\",\"help\":"
            + "\"Last Unix time when changing this group in the Pushgateway failed.\","
            + "\"metrics\":[{\"labels\":"
            + labels
            + ",\"value\":\"0\"}]},\"push_time_seconds\":{"
            + stamp
            + "\",\"type\":\"GAUGE\",\"help\":"
            + "\"Last Unix time when changing this group in the Pushgateway succeeded.\","
            + "\"metrics\":[{\"labels\":"
            + labels
            + ",\"value\":\"1.583781848025745e+09\"}]}}]}",
        json());
  }

  @Test
  void metrics_stayInTheOrderOfThePush() {
    push("# TYPE m gauge\nm{z=\"2\"} 1e6\nm{z=\"1\"} -0\nm{a=\"<&>\u2028\\n\"} NaN\n");
    assertMetrics(
        "GAUGE",
        "{\"labels\":{\"instance\":\"\",\"job\":\"a\",\"z\":\"2\"},\"value\":\"1e+06\"},"
            + "{\"labels\":{\"instance\":\"\",\"job\":\"a\",\"z\":\"1\"},\"value\":\"-0\"},"
            + "{\"labels\":{\"a\":\"\\u003c\\u0026\\u003e\\u2028\\n\",\"instance\":\"\",\"job\":\"a\"},"
            + "\"value\":\"NaN\"}");
  }

  @Test
  void names_areThoseThatWerePushed() {
    push(
        MetricFamily.newBuilder()
            .setName("a.b")
            .setType(MetricType.GAUGE)
            .addMetric(
                Metric.newBuilder()
                    .addLabel(LabelPair.newBuilder().setName("l.\u00e4").setValue("\ud83d\ude00"))
                    .setGauge(Gauge.newBuilder().setValue(1)))
            .build());
    String expected =
        "\"a.b\":{"
            + AT
            + ",\"type\":\"GAUGE\",\"metrics\":[{\"labels\":{\"instance\":\"\",\"job\":\"a\","
            + "\"l.\u00e4\":\"\ud83d\ude00\"},\"value\":\"1\"}]}";
    assertTrue(json().contains(expected), json());
  }

  @Test
  void controlCharacters_areEscapedInLowerCase() {
    push("m{a=\"\u001f\u0000\t\b\u007f\"} 1\n");
    assertMetrics(
        "UNTYPED",
        "{\"labels\":{\"a\":\"\\u001f\\u0000\\t\\b\u007f\",\"instance\":\"\",\"job\":\"a\"},"
            + "\"value\":\"1\"}");
  }

  @Test
  void help_isThereUnlessEmpty() {
    push("# HELP m helps\n# TYPE m counter\nm 1\n");
    assertFamily(
        "\"m\":{"
            + AT
            + ",\"type\":\"COUNTER\",\"help\":\"helps\",\"metrics\":[{\"labels\":"
            + A
            + ",\"value\":\"1\"}]}");
  }

  @Test
  void quantilesAndBuckets_areInOrderOfTheirText_theLastOfEqualOnesCounts() {
    push(
        "# TYPE m histogram\nm_bucket{le=\"10\"} 2\nm_bucket{le=\"9\"} 1\nm_bucket{le=\"+Inf\"} 3\n"
            + "m_bucket{le=\"1e1\"} 2\nm_sum 1.5\nm_count 3\n");
    assertMetrics(
        "HISTOGRAM",
        "{\"buckets\":{\"+Inf\":\"3\",\"10\":\"2\",\"9\":\"1\"},\"count\":\"3\",\"labels\":"
            + A
            + ",\"sum\":\"1.5\"}");
    push("# TYPE m summary\nm{quantile=\"0.9\"} 2\nm{quantile=\"0.10\"} 1\nm_sum 3\nm_count 4\n");
    assertMetrics(
        "SUMMARY",
        "{\"count\":\"4\",\"labels\":"
            + A
            + ",\"quantiles\":{\"0.1\":\"1\",\"0.9\":\"2\"},\"sum\":\"3\"}");
  }

  @Test
  void countsOfFloats_areShownIfAboveZero() {
    push(
        histogram(
            Histogram.newBuilder()
                .setSampleCountFloat(20.5)
                .setSampleSum(99.23)
                .addBucket(Bucket.newBuilder().setUpperBound(250000).setCumulativeCountFloat(3.5))
                .addBucket(Bucket.newBuilder().setUpperBound(1e6).setCumulativeCount(-1))));
    assertMetrics(
        "HISTOGRAM",
        "{\"buckets\":{\"1e+06\":\"18446744073709551615\",\"250000\":\"3.5\"},\"count\":\"20.5\","
            + "\"labels\":"
            + A
            + ",\"sum\":\"99.23\"}");
  }

  @Test
  void nativeHistogram_ofIntegers_showsBucketsThatAreNotEmpty() {
    push(
        histogram(
            Histogram.newBuilder()
                .setSampleCount(20)
                .setSampleSum(99.23)
                .setSchema(1)
                .addAllNegativeDelta(List.of(0L, 2L, -2L, 0L))
                .addAllPositiveDelta(List.of(0L, 2L, -2L, 0L))
                .addPositiveSpan(span(0, 2))
                .addPositiveSpan(span(0, 2))
                .addNegativeSpan(span(0, 2))
                .addNegativeSpan(span(0, 2))));
    assertMetrics(
        "HISTOGRAM",
        "{\"buckets\":[[1,\"-1.414213562373095\",\"-1\",\"2\"],"
            + "[0,\"1\",\"1.414213562373095\",\"2\"]],\"count\":\"20\",\"labels\":"
            + A
            + ",\"sum\":\"99.23\"}");
  }

  @Test
  void nativeHistogram_ofFloats_withAZeroBucket_andGaps() {
    push(
        histogram(
            Histogram.newBuilder()
                .setSampleCountFloat(20)
                .setSampleSum(99.23)
                .setSchema(1)
                .setZeroThreshold(0.125)
                .setZeroCountFloat(0.5)
                .addAllNegativeCount(List.of(2.0, 2.5))
                .addAllPositiveCount(List.of(2.0, -2.0, 1.0))
                .addPositiveSpan(span(0, 1))
                .addPositiveSpan(span(1, 2))
                .addNegativeSpan(span(-2, 0))
                .addNegativeSpan(span(2, 2))));
    assertMetrics(
        "HISTOGRAM",
        "{\"buckets\":[[1,\"-1.414213562373095\",\"-1\",\"2.5\"],"
            + "[1,\"-1\",\"-0.7071067811865475\",\"2\"],"
            + "[3,\"-0.125\",\"0.125\",\"0.5\"],"
            + "[0,\"0.7071067811865475\",\"1\",\"2\"],"
            + "[0,\"1.414213562373095\",\"2\",\"-2\"],"
            + "[0,\"2\",\"2.82842712474619\",\"1\"]],\"count\":\"20\",\"labels\":"
            + A
            + ",\"sum\":\"99.23\"}");
  }

  @Test
  void nativeHistogram_withoutObservations_hasNoBuckets() {
    push(histogram(Histogram.newBuilder().setSchema(3).addPositiveSpan(span(0, 0))));
    assertMetrics(
        "HISTOGRAM", "{\"buckets\":[],\"count\":\"0\",\"labels\":" + A + ",\"sum\":\"0\"}");
  }

  @Test
  void gaugeHistogram_hasTheValueZero() {
    push(
        Map.of("job", "a"),
        histogram(Histogram.newBuilder().setSampleCount(3)).toBuilder()
            .setType(MetricType.GAUGE_HISTOGRAM)
            .build());
    assertMetrics("GAUGE_HISTOGRAM", "{\"labels\":" + A + ",\"value\":\"0\"}");
  }

  @Test
  void familyWithoutMetrics_hasAnEmptyList() {
    push(MetricFamily.newBuilder().setName("m").setType(MetricType.GAUGE).build());
    assertMetrics("GAUGE", "");
  }

  /** Upstream shows the families in place of the group's own fields. */
  @Test
  void familiesCalledAsTheGroupsOwnFields_haveOtherKeys() {
    push("a 1\nlabels 2\nlast_push_failure_reason 0\nlast_push_successful 3\nlast_q 4\n");
    String json = json();
    assertEquals(
        "a labels last_push_successful last_q push_failure_time_seconds push_time_seconds "
            + "{labels} {last_push_failure_reason} {last_push_successful}",
        String.join(" ", keys(json)).replace("\\\"", ""));
    assertTrue(json.contains("\"labels\":{\"job\":\"a\"},"), json);
    assertTrue(json.contains("\"last_push_successful\":true,"), json);
    assertTrue(json.contains("\"{\\\"labels\\\"}\":{\"time_stamp\""), json);
  }

  /** Keys on the level of families. */
  private static SortedSet<String> keys(String json) {
    SortedSet<String> keys = new TreeSet<>();
    int depth = 0;
    int at = json.indexOf('[') + 1;
    while (at < json.length()) {
      char c = json.charAt(at);
      if (c == '"') {
        int end = at + 1;
        while (json.charAt(end) != '"') {
          end += json.charAt(end) == '\\' ? 2 : 1;
        }
        if (depth == 1 && json.charAt(end + 1) == ':') {
          keys.add(json.substring(at + 1, end));
        }
        at = end;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      at++;
    }
    return keys;
  }

  /** {@code instance=""} makes the same labels of both groups' push times. */
  @Test
  void shadowedSeries_areCountedBesideTheMetrics() {
    push("m 1\n");
    GroupKey twin = GroupKey.of(new TreeMap<>(Map.of("job", "a", "instance", "")));
    WriteOutcome outcome =
        store
            .submit(
                PushPreparation.prepare(
                    twin, false, NANOS, List.of(), ContentLimits.ofText(1 << 20)))
            .join();
    assertInstanceOf(WriteOutcome.Rejected.class, outcome);
    String json = json();
    String[] groups = json.split("\\{\"labels\":\\{\"job\":\"a\"\\}", -1);
    assertEquals(2, groups.length, json);
    assertTrue(groups[0].contains("\"value\":\"0\"}],\"shadowed_series\":1}"), json);
    assertTrue(groups[0].contains("\"last_push_successful\":false"), json);
    assertTrue(
        groups[0].contains("\"last_push_failure_reason\":\"collected metric push_time_seconds{"),
        json);
    assertTrue(!groups[1].contains("last_push_failure_reason"), json);
    assertTrue(!groups[1].contains("shadowed_series"), json);
  }

  /** More than one piece, cut anywhere. */
  @Test
  void manyGroups_areJoinedWithoutASeam() {
    for (int i = 0; i < 700; i++) {
      push(Map.of("job", "j" + i), histogram(Histogram.newBuilder().setSampleCount(i)));
    }
    String json = json();
    assertTrue(json.length() > 300_000, () -> "" + json.length());
    for (int i = 0; i < 700; i++) {
      String metric = "{\"buckets\":{},\"count\":\"" + i + "\",\"labels\":";
      assertTrue(json.contains(metric + "{\"instance\":\"\",\"job\":\"j" + i + "\"}"), metric);
    }
    assertEquals(700, json.split("\"last_push_successful\":true,", -1).length - 1);
  }

  @Test
  void times_haveTheZone_andNoZerosAtTheEnd() {
    Instant noon = Instant.parse("2024-05-06T12:00:00Z");
    ZoneId india = ZoneId.of("+05:30");
    assertEquals("2024-05-06T17:30:00+05:30", GoJson.time(noon, india));
    assertEquals("2024-05-06T12:00:00Z", GoJson.time(noon, ZoneId.of("UTC")));
    assertEquals(
        "2024-05-06T12:00:00.0012Z", GoJson.time(noon.plusNanos(1_200_000), ZoneId.of("UTC")));
    assertEquals("2020-03-10T00:54:08.025744841+05:30", GoJson.time(TIME, india));
  }

  private static MetricFamily histogram(Histogram.Builder histogram) {
    return MetricFamily.newBuilder()
        .setName("m")
        .setType(MetricType.HISTOGRAM)
        .addMetric(
            Metric.newBuilder()
                .addLabel(LabelPair.newBuilder().setName("job").setValue("any"))
                .setHistogram(histogram))
        .build();
  }

  private void push(MetricFamily family) {
    push(Map.of("job", "a"), family);
  }

  private static BucketSpan span(int offset, int length) {
    return BucketSpan.newBuilder().setOffset(offset).setLength(length).build();
  }
}
