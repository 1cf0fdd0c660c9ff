package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.proto.metrics.Untyped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TextWriterTest {
  @Test
  void header_withHelp_hasBothLines() {
    assertEquals(
        "# HELP m a \\\\ b \\n \"c\" \u00e9\n# TYPE m gauge\n",
        text(TextWriter.header("m", "a \\ b \n \"c\" \u00e9", MetricType.GAUGE)));
    assertEquals("# HELP m \n# TYPE m gauge\n", text(TextWriter.header("m", "", MetricType.GAUGE)));
  }

  @ParameterizedTest
  @CsvSource({
    "COUNTER, counter",
    "GAUGE, gauge",
    "SUMMARY, summary",
    "UNTYPED, untyped",
    "HISTOGRAM, histogram",
    "GAUGE_HISTOGRAM, histogram",
  })
  void header_withoutHelp_hasTheTypeAlone(MetricType type, String word) {
    assertEquals("# TYPE m:x " + word + "\n", text(TextWriter.header("m:x", null, type)));
  }

  @Test
  void samples_plainTypes_areOneLineEach() {
    assertEquals(
        "m{a=\"1\",b=\"x\\\\\\n\\\"\u00e9\uD83D\uDE00\"} 1e+06\n",
        samples(
            "m",
            MetricType.COUNTER,
            metric("a", "1", "b", "x\\\n\"\u00e9\uD83D\uDE00")
                .setCounter(Counter.newBuilder().setValue(1e6))));
    assertEquals(
        "m NaN 12\n",
        samples(
            "m",
            MetricType.GAUGE,
            metric().setGauge(Gauge.newBuilder().setValue(Double.NaN)).setTimestampMs(12)));
    assertEquals(
        "m 0\n",
        samples("m", MetricType.UNTYPED, metric().setUntyped(Untyped.getDefaultInstance())));
  }

  @Test
  void samples_summary_keepsTheOrderOfQuantiles() {
    Summary.Builder summary =
        Summary.newBuilder()
            .setSampleCount(-1)
            .setSampleSum(-0.5)
            .addQuantile(Quantile.newBuilder().setQuantile(0.9).setValue(2))
            .addQuantile(Quantile.newBuilder().setQuantile(0.5).setValue(Double.NaN));
    assertEquals(
        """
        s{a="1",quantile="0.9"} 2
        s{a="1",quantile="0.5"} NaN
        s_sum{a="1"} -0.5
        s_count{a="1"} 1.8446744073709552e+19
        """,
        samples("s", MetricType.SUMMARY, metric("a", "1").setSummary(summary)));
  }

  @Test
  void samples_histogram_getsTheInfiniteBucketThatItLacks() {
    Histogram.Builder histogram =
        Histogram.newBuilder()
            .setSampleCount(7)
            .setSampleSum(3.5)
            .addBucket(Bucket.newBuilder().setUpperBound(2.5).setCumulativeCount(3))
            .addBucket(Bucket.newBuilder().setUpperBound(-1).setCumulativeCount(1));
    String expected =
        """
        h_bucket{le="2.5"} 3
        h_bucket{le="-1"} 1
        h_bucket{le="+Inf"} 7
        h_sum 3.5
        h_count 7
        """;
    assertEquals(expected, samples("h", MetricType.HISTOGRAM, metric().setHistogram(histogram)));
    assertEquals(
        expected, samples("h", MetricType.GAUGE_HISTOGRAM, metric().setHistogram(histogram)));
  }

  @Test
  void samples_histogram_aFloatCountAboveZeroWins() {
    Histogram.Builder histogram =
        Histogram.newBuilder()
            .setSampleCount(7)
            .setSampleCountFloat(7.5)
            .addBucket(
                Bucket.newBuilder()
                    .setUpperBound(1)
                    .setCumulativeCount(3)
                    .setCumulativeCountFloat(3.5))
            .addBucket(
                Bucket.newBuilder()
                    .setUpperBound(Double.POSITIVE_INFINITY)
                    .setCumulativeCount(4)
                    .setCumulativeCountFloat(0));
    assertEquals(
        """
        h_bucket{a="1",le="1"} 3.5
        h_bucket{a="1",le="+Inf"} 4
        h_sum{a="1"} 0
        h_count{a="1"} 7.5
        """,
        samples("h", MetricType.HISTOGRAM, metric("a", "1").setHistogram(histogram)));
  }

  @Test
  void samples_severalMetrics_useTheirOwnLabels() {
    Metric first = metric("a", "1").setSummary(Summary.getDefaultInstance()).build();
    Metric second = metric("b", "2").setSummary(Summary.getDefaultInstance()).build();
    assertEquals(
        """
        s_sum{a="1"} 0
        s_count{a="1"} 0
        s_sum{b="2"} 0
        s_count{b="2"} 0
        """,
        text(TextWriter.samples("s", MetricType.SUMMARY, List.of(first, second))));
    assertEquals("", text(TextWriter.samples("s", MetricType.SUMMARY, List.of())));
  }

  @Test
  void samples_namesThatPlainExpositionForbids_getUnderscores() {
    Metric.Builder metric =
        metric("l.\u00e4", "1", "a:b", "2", "9\uD83D\uDE00x", "3", "", "4")
            .setGauge(Gauge.newBuilder().setValue(1));
    assertEquals(
        "_m_:_x{l__=\"1\",a_b=\"2\",__x=\"3\",_=\"4\"} 1\n",
        samples("9m.:\uD83D\uDE00x", MetricType.GAUGE, metric));
    assertEquals("# TYPE m_x gauge\n", text(TextWriter.header("m.x", null, MetricType.GAUGE)));
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void samples_withoutTheValueOfTheType_isRefused(MetricType type) {
    Metric empty = Metric.getDefaultInstance();
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class, () -> TextWriter.samples("m", type, List.of(empty)));
    assertEquals(
        "metric of family \"m\": no value (expected: a " + type + ")", thrown.getMessage());
  }

  private static Metric.Builder metric(String... labels) {
    Metric.Builder metric = Metric.newBuilder();
    for (int i = 0; i < labels.length; i += 2) {
      metric.addLabel(LabelPair.newBuilder().setName(labels[i]).setValue(labels[i + 1]));
    }
    return metric;
  }

  private static String samples(String name, MetricType type, Metric.Builder metric) {
    return text(TextWriter.samples(name, type, List.of(metric.build())));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
