package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import io.holdfast.proto.ExpositionFormat.FamilyHeader;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenMetricsWriterTest {
  private static final ExpositionFormat FORMAT =
      new ExpositionFormat(Syntax.OPEN_METRICS, EscapingScheme.ALLOW_UTF8);
  private static final Timestamp TIME =
      Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(500_000_000).build();
  private static final Exemplar EXEMPLAR =
      Exemplar.newBuilder()
          .addLabel(LabelPair.newBuilder().setName("trace_id").setValue("a\"b"))
          .addLabel(LabelPair.newBuilder().setName("span.id").setValue("7"))
          .setValue(2)
          .setTimestamp(TIME)
          .build();

  @ParameterizedTest
  @CsvSource({
    "rows_total, COUNTER, rows, counter",
    "rows, COUNTER, rows, unknown",
    "_total, COUNTER, _total, unknown",
    "rows_total, GAUGE, rows_total, gauge",
    "rows_total, UNTYPED, rows_total, unknown",
    "s, SUMMARY, s, summary",
    "h, HISTOGRAM, h, histogram",
    "h, GAUGE_HISTOGRAM, h, histogram",
    "a.b_total, COUNTER, '\"a.b\"', counter",
  })
  void header_callsACounterOneOnlyIfItEndsWithTotal(
      String name, MetricType type, String shown, String word) {
    assertEquals(
        "# HELP " + shown + " a \\\"b\\\"\n# TYPE " + shown + " " + word + "\n",
        text(FORMAT.header(new FamilyHeader(name, type, "a \"b\""), 0)));
  }

  @Test
  void counter_hasExemplarAndCreated_ifItsNameIsACounters() {
    Metric.Builder metric =
        metric()
            .setCounter(
                Counter.newBuilder().setValue(3).setExemplar(EXEMPLAR).setCreatedTimestamp(TIME));
    assertEquals(
        """
        rows_total{job="a"} 3.0 # {trace_id="a\\"b","span.id"="7"} 2.0 1.7000000005e+09
        rows_created{job="a"} 1.7000000005e+09
        """,
        samples("rows_total", MetricType.COUNTER, metric, true));
    assertEquals(
        "rows_total{job=\"a\"} 3.0 # {trace_id=\"a\\\"b\",\"span.id\"=\"7\"} 2.0 1.7000000005e+09\n",
        samples("rows_total", MetricType.COUNTER, metric, false));
    assertEquals("rows{job=\"a\"} 3.0\n", samples("rows", MetricType.COUNTER, metric, true));
  }

  @Test
  void gauges_areFloats() {
    assertEquals("g{job=\"a\"} 1e+06\n", gauge("g", 1e6));
    assertEquals("g{job=\"a\"} -1.0\n", gauge("g", -1));
    assertEquals("g{job=\"a\"} NaN\n", gauge("g", Double.NaN));
    assertEquals("g{job=\"a\"} -Inf\n", gauge("g", Double.NEGATIVE_INFINITY));
    assertEquals("{\"g.h\",job=\"a\"} 0.5\n", gauge("g.h", 0.5));
  }

  @Test
  void summary_hasFloatQuantilesAndAWholeCount() {
    Metric.Builder metric =
        metric()
            .setSummary(
                Summary.newBuilder()
                    .addQuantile(Quantile.newBuilder().setQuantile(1).setValue(4))
                    .setSampleSum(1e7)
                    .setSampleCount(-1)
                    .setCreatedTimestamp(TIME));
    assertEquals(
        """
        s{job="a",quantile="1.0"} 4.0
        s_sum{job="a"} 1e+07
        s_count{job="a"} 18446744073709551615
        s_created{job="a"} 1.7000000005e+09
        """,
        samples("s", MetricType.SUMMARY, metric, true));
  }

  @Test
  void histogram_hasFloatBounds_wholeCounts_andABucketForEverything() {
    Metric.Builder metric =
        metric()
            .setHistogram(
                Histogram.newBuilder()
                    .addBucket(
                        Bucket.newBuilder()
                            .setUpperBound(10)
                            .setCumulativeCount(2_000_000)
                            .setExemplar(EXEMPLAR))
                    .setSampleSum(5)
                    .setSampleCount(3_000_000));
    assertEquals(
        """
        {"h.x_bucket",job="a",le="10.0"} 2000000 # {trace_id="a\\"b","span.id"="7"} 2.0\
         1.7000000005e+09
        {"h.x_bucket",job="a",le="+Inf"} 3000000
        {"h.x_sum",job="a"} 5.0
        {"h.x_count",job="a"} 3000000
        """,
        samples("h.x", MetricType.HISTOGRAM, metric, true));
  }

  @Test
  void timesBeyondTheCalendar_areLeftOut() {
    Timestamp never = Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).build();
    Metric.Builder metric =
        metric()
            .setCounter(
                Counter.newBuilder()
                    .setExemplar(
                        EXEMPLAR.toBuilder()
                            .clearLabel()
                            .addLabel(LabelPair.newBuilder().setName("l").setValue(""))
                            .setTimestamp(never))
                    .setCreatedTimestamp(never));
    assertEquals(
        "c_total{job=\"a\"} 0.0 # {l=\"\"} 2.0\n",
        samples("c_total", MetricType.COUNTER, metric, true));
  }

  @Test
  void textSaysAll_unlessThereIsMoreToSay() {
    assertTrue(OpenMetricsWriter.textSaysAll(List.of(counter(Counter.newBuilder().setValue(1)))));
    assertFalse(
        OpenMetricsWriter.textSaysAll(
            List.of(counter(Counter.newBuilder().setExemplar(EXEMPLAR)))));
    assertFalse(
        OpenMetricsWriter.textSaysAll(
            List.of(counter(Counter.newBuilder().setCreatedTimestamp(TIME)))));
    Histogram.Builder large = Histogram.newBuilder().setSampleCount((1L << 53) + 1);
    assertFalse(OpenMetricsWriter.textSaysAll(List.of(metric().setHistogram(large).build())));
    Histogram.Builder plain = Histogram.newBuilder().setSampleCount(1L << 53);
    assertTrue(OpenMetricsWriter.textSaysAll(List.of(metric().setHistogram(plain).build())));
  }

  /** What is made of rendered text is what is made of the messages. */
  @Test
  void convertedText_isTheSame() {
    ExpositionFormat underscores =
        new ExpositionFormat(Syntax.OPEN_METRICS, EscapingScheme.UNDERSCORES);
    for (int i = 0; i < 500; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      for (MetricFamily family : new RandomFamilies(random).expressibleAsText()) {
        List<Metric> metrics = new ArrayList<>();
        family.getMetricList().forEach(m -> metrics.add(m.toBuilder().clearTimestampMs().build()));
        assertTrue(OpenMetricsWriter.textSaysAll(metrics));
        byte[] text = TextWriter.samples(family.getName(), family.getType(), metrics);
        assertEquals(
            text(underscores.samples(family.getName(), family.getType(), metrics, true)),
            text(OpenMetricsConverter.convert(family.getName(), family.getType(), text)),
            Seed.message(seed));
      }
    }
  }

  private static Metric counter(Counter.Builder counter) {
    return metric().setCounter(counter).build();
  }

  private static String gauge(String name, double value) {
    return samples(
        name, MetricType.GAUGE, metric().setGauge(Gauge.newBuilder().setValue(value)), true);
  }

  private static Metric.Builder metric() {
    return Metric.newBuilder().addLabel(LabelPair.newBuilder().setName("job").setValue("a"));
  }

  private static String samples(
      String name, MetricType type, Metric.Builder metric, boolean created) {
    return text(FORMAT.samples(name, type, List.of(metric.build()), created));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
