package io.holdfast.server.it;

import static io.holdfast.server.it.Families.counter;
import static io.holdfast.server.it.Families.counterOf;
import static io.holdfast.server.it.Families.family;
import static io.holdfast.server.it.Families.gauge;
import static io.holdfast.server.it.Families.gaugeOf;
import static io.holdfast.server.it.Families.histogram;
import static io.holdfast.server.it.Families.histogramOf;
import static io.holdfast.server.it.Families.metric;
import static io.holdfast.server.it.Families.notUtf8;
import static io.holdfast.server.it.Families.summary;
import static io.holdfast.server.it.Families.summaryOf;
import static io.holdfast.server.it.Families.untypedOf;
import static io.holdfast.server.it.Step.DELIMITED;
import static io.holdfast.server.it.Step.delimited;
import static io.holdfast.server.it.Step.post;
import static io.holdfast.server.it.Step.postFamilies;
import static io.holdfast.server.it.Step.put;
import static io.holdfast.server.it.Step.putFamilies;
import static io.holdfast.server.it.Step.request;

import com.google.protobuf.Timestamp;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Summary;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Delimited protobuf: framing, every metric type, and what only protobuf can say. */
final class ProtobufSequences {
  private static final String TARGET = "/metrics/job/a";
  private static final Step UNREADABLE = put(TARGET, "!\n");
  private static final Step EMPTY = put(TARGET, "");
  private static final String LABELS = "instance=\"\",job=\"a\"";

  private ProtobufSequences() {}

  static List<Sequence> all() {
    return Stream.of(
            framing(), types(), names(), labels(), values(), natives(), mismatches(), mixed())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> framing() {
    byte[] whole = delimited(gauge("m", gaugeOf(1)), counter("n", counterOf(2)));
    byte[] huge = {-1, -1, -1, -1, -1, -1, -1, -1, 63, 1};
    byte[] endless = new byte[20];
    Arrays.fill(endless, (byte) 0xff);
    return List.of(
        framed("empty", new byte[0]),
        framed("two families", whole),
        framed("cut within the second", Arrays.copyOf(whole, whole.length - 1)),
        framed(
                "cut after the second's length",
                Arrays.copyOf(whole, delimited(gauge("m", gaugeOf(1))).length + 1))
            .insteadBecause("Later versions notice the end", List.of(400), UNREADABLE),
        framed("length without an end", endless),
        framed("length beyond the body", new byte[] {100, 1, 2}),
        framed("length of 2^62", huge),
        framed("not protobuf", new byte[] {3, 7, 7, 7}),
        framed("text", "m 1\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        framed("an unknown field", new byte[] {8, 10, 1, 'm', 24, 1, (byte) 0xf8, 6, 1}),
        pushed(
            "one family twice, the last wins",
            gauge("m", gaugeOf(1)),
            gauge("m", gaugeOf(2, "a", "b"))),
        pushed(
            "one family twice with different types",
            gauge("m", gaugeOf(1)),
            counter("m", counterOf(2))),
        pushed("a family without metrics", gauge("m")),
        pushed("an empty family beside another", gauge("m"), gauge("n", gaugeOf(1))),
        pushed("a family with help", gauge("m", gaugeOf(1)).setHelp("a\nb\\c\"d")),
        pushed("a family with an empty help", gauge("m", gaugeOf(1)).setHelp("")),
        pushed("a family with a unit", gauge("m_seconds", gaugeOf(1)).setUnit("seconds")),
        Sequence.of(
            "protobuf: an empty family, then it is there",
            putFamilies(TARGET, gauge("m")),
            postFamilies(TARGET, gauge("m", gaugeOf(1)))),
        Sequence.of(
            "protobuf: an empty family replaces a full one",
            putFamilies(TARGET, gauge("m", gaugeOf(1))),
            postFamilies(TARGET, gauge("m"))));
  }

  private static List<Sequence> types() {
    return List.of(
        pushed("counter", counter("m", counterOf(1), counterOf(2, "a", "b"))),
        pushed("gauge", gauge("m", gaugeOf(-1.5), gaugeOf(Double.NaN, "a", "b"))),
        pushed("untyped", family("m", MetricType.UNTYPED, untypedOf(Double.POSITIVE_INFINITY))),
        pushed("summary", summary("m", summaryOf(3, 4.5, 0.5, 1, 0.99, Double.NaN))),
        pushed("summary without quantiles", summary("m", summaryOf(3, 4.5))),
        pushed("empty summary", summary("m", metric().setSummary(Summary.getDefaultInstance()))),
        pushed("quantiles out of order", summary("m", summaryOf(3, 4.5, 0.9, 1, 0.5, 2, 0.9, 3))),
        pushed("histogram", histogram("m", histogramOf(3, 4.5, 1, 2, 2, 3))),
        pushed(
            "histogram with +Inf",
            histogram("m", histogramOf(3, 4.5, 1, 2, Double.POSITIVE_INFINITY, 3))),
        pushed("buckets out of order", histogram("m", histogramOf(3, 4.5, 2, 3, 1, 2))),
        pushed("buckets that go down", histogram("m", histogramOf(3, 4.5, 1, 3, 2, 2))),
        pushed(
            "empty histogram",
            histogram("m", metric().setHistogram(Histogram.getDefaultInstance()))),
        pushed("no type", MetricFamily.newBuilder().setName("m").addMetric(counterOf(1))),
        pushed(
            "exemplar and created time",
            counter(
                "m",
                metric()
                    .setCounter(
                        Counter.newBuilder()
                            .setValue(1)
                            .setCreatedTimestamp(Timestamp.newBuilder().setSeconds(5))
                            .setExemplar(
                                Exemplar.newBuilder()
                                    .setValue(1)
                                    .addLabel(
                                        LabelPair.newBuilder().setName("trace").setValue("x")))))),
        pushed(
            "counter without a value",
            counter("m", metric().setCounter(Counter.getDefaultInstance()))));
  }

  private static List<Sequence> names() {
    String reason = "Later versions escape what the legacy pattern forbids";
    return List.of(
        pushed("a metric name with a dot", gauge("m.n", gaugeOf(1)))
            .insteadBecause(reason, List.of(200), putFamilies(TARGET, gauge("m_n", gaugeOf(1))))
            .ignoringApi(),
        pushed("a metric name with a blank", gauge("m n", gaugeOf(1)))
            .insteadBecause(reason, List.of(200), putFamilies(TARGET, gauge("m_n", gaugeOf(1))))
            .ignoringApi(),
        pushed("a metric name that begins with a digit", gauge("1m", gaugeOf(1)))
            .insteadBecause(reason, List.of(200), putFamilies(TARGET, gauge("_m", gaugeOf(1))))
            .ignoringApi(),
        pushed("a label name with a dot", gauge("m", gaugeOf(1, "a.b", "c")))
            .insteadBecause(
                reason, List.of(200), putFamilies(TARGET, gauge("m", gaugeOf(1, "a_b", "c"))))
            .ignoringApi(),
        pushed("a label name with a colon", gauge("m", gaugeOf(1, "a:b", "c")))
            .insteadBecause(
                reason, List.of(200), putFamilies(TARGET, gauge("m", gaugeOf(1, "a_b", "c"))))
            .ignoringApi(),
        pushed("a metric name of another script", gauge("m\u00e4", gaugeOf(1)))
            .insteadBecause(reason, List.of(200), putFamilies(TARGET, gauge("m_", gaugeOf(1))))
            .ignoringApi(),
        pushed(
                "a family without a name",
                MetricFamily.newBuilder().setType(MetricType.GAUGE).addMetric(gaugeOf(1)))
            .insteadBecause("The real scrape ends up empty", List.of(400), UNREADABLE));
  }

  private static List<Sequence> labels() {
    return List.of(
        pushed("labels out of order", gauge("m", gaugeOf(1, "z", "1", "b", "2"))),
        pushed("an empty label value", gauge("m", gaugeOf(1, "b", ""))),
        pushed(
            "a label without a value",
            gauge("m", gaugeOf(1).addLabel(LabelPair.newBuilder().setName("b")))),
        pushed(
            "a label without a name",
            gauge("m", gaugeOf(1).addLabel(LabelPair.newBuilder().setValue("b")))),
        pushed("a label twice", gauge("m", gaugeOf(1, "b", "1", "b", "1"))),
        pushed("a label twice with different values", gauge("m", gaugeOf(1, "b", "1", "b", "2"))),
        pushed("job twice", gauge("m", gaugeOf(1, "job", "1", "job", "2"))),
        pushed("instance twice", gauge("m", gaugeOf(1, "instance", "1", "instance", "2"))),
        pushed("a reserved label", gauge("m", gaugeOf(1, "__b", "c"))),
        pushed("the label __name__", gauge("m", gaugeOf(1, "__name__", "c"))),
        pushed("a label value that is no UTF-8", gauge("m", gaugeOf(1).addLabel(notUtf8("b")))),
        pushed(
            "a label value with everything to escape",
            gauge("m", gaugeOf(1, "b", "\\\n\"\t\r\u0000"))),
        pushed(
            "a quantile label on a summary",
            summary(
                "m",
                summaryOf(1, 2)
                    .addLabel(LabelPair.newBuilder().setName("quantile").setValue("1")))),
        pushed("a quantile label on a gauge", gauge("m", gaugeOf(1, "quantile", "1"))),
        pushed(
            "a quantile label on a histogram",
            histogram(
                "m",
                histogramOf(1, 2)
                    .addLabel(LabelPair.newBuilder().setName("quantile").setValue("1")))),
        pushed(
            "an le label on a summary",
            summary(
                "m",
                summaryOf(1, 2).addLabel(LabelPair.newBuilder().setName("le").setValue("1")))));
  }

  private static List<Sequence> values() {
    return List.of(
        pushed("a timestamp", gauge("m", gaugeOf(1).setTimestampMs(5))),
        pushed("a timestamp of zero", gauge("m", gaugeOf(1).setTimestampMs(0))),
        pushed(
            "a timestamp on the second metric",
            gauge("m", gaugeOf(1), gaugeOf(2, "b", "c").setTimestampMs(5))),
        pushed("a great count", summary("m", summaryOf(-1, 0))),
        pushed("a count beyond a double", summary("m", summaryOf((1L << 53) + 1, 0))),
        pushed(
            "great numbers",
            gauge(
                "m",
                gaugeOf(1e300),
                gaugeOf(1e21, "b", "1"),
                gaugeOf(123456789, "b", "2"),
                gaugeOf(1e6, "b", "3"))),
        pushed(
            "small numbers",
            gauge(
                "m",
                gaugeOf(1e-300),
                gaugeOf(1e-5, "b", "1"),
                gaugeOf(0.0001, "b", "2"),
                gaugeOf(-0.0, "b", "3"))),
        pushed(
            "double minimum",
            gauge("m", gaugeOf(Double.MIN_VALUE), gaugeOf(Double.MAX_VALUE, "b", "1"))));
  }

  private static List<Sequence> natives() {
    Histogram.Builder nativeOnly =
        Histogram.newBuilder()
            .setSampleCount(3)
            .setSampleSum(4.5)
            .setSchema(0)
            .setZeroThreshold(0.001)
            .setZeroCount(1)
            .addPositiveSpan(BucketSpan.newBuilder().setOffset(0).setLength(2))
            .addPositiveDelta(1)
            .addPositiveDelta(0);
    Histogram.Builder floats =
        Histogram.newBuilder()
            .setSampleCountFloat(2.5)
            .setSampleSum(3)
            .addBucket(Bucket.newBuilder().setUpperBound(1).setCumulativeCountFloat(1.5));
    Histogram.Builder both = floats.clone().setSampleCount(7);
    String reason = "1.10 brought float histograms";
    return List.of(
        pushed("native histogram", histogram("m", metric().setHistogram(nativeOnly))).ignoringApi(),
        pushed(
                "native and classic histogram",
                histogram(
                    "m",
                    metric()
                        .setHistogram(
                            nativeOnly
                                .clone()
                                .addBucket(
                                    Bucket.newBuilder().setUpperBound(1).setCumulativeCount(2)))))
            .ignoringApi(),
        pushed("float histogram", histogram("m", metric().setHistogram(floats)))
            .insteadBecause(reason, List.of(200), EMPTY)
            .exposing(floatHistogram("1.5", "2.5")),
        pushed("float and integer counts", histogram("m", metric().setHistogram(both)))
            .insteadBecause(reason, List.of(200), EMPTY)
            .exposing(floatHistogram("1.5", "2.5")),
        pushed("gauge histogram", family("m", MetricType.GAUGE_HISTOGRAM, histogramOf(2, 3, 1, 1)))
            .insteadBecause("Later versions know gauge histograms", List.of(200), EMPTY)
            .exposing(floatHistogram("1", "2")),
        pushed(
                "histogram spans without deltas",
                histogram(
                    "m",
                    metric()
                        .setHistogram(
                            Histogram.newBuilder()
                                .setSampleCount(1)
                                .addPositiveSpan(BucketSpan.newBuilder().setLength(5)))))
            .insteadBecause(
                "The real API is dead after this", List.of(400), put(TARGET, "m 1 5\n")));
  }

  private static List<Sequence> mismatches() {
    return List.of(
        pushed("a counter with a gauge", counter("m", gaugeOf(1))),
        pushed("a gauge with a counter", gauge("m", counterOf(1))),
        pushed("a gauge with an untyped", gauge("m", untypedOf(1))),
        pushed("an untyped with a gauge", family("m", MetricType.UNTYPED, gaugeOf(1))),
        pushed("a summary with a histogram", summary("m", histogramOf(1, 2))),
        pushed("a histogram with a summary", histogram("m", summaryOf(1, 2))),
        pushed("a metric without anything", gauge("m", metric("a", "b"))),
        pushed("the second metric of another type", gauge("m", gaugeOf(1), counterOf(2, "a", "b"))),
        pushed(
            "a metric with two values",
            gauge("m", gaugeOf(1).setCounter(Counter.newBuilder().setValue(2)))),
        framed(
                "a type that does not exist",
                new byte[] {11, 10, 1, 'm', 24, 99, 34, 4, 18, 0, 26, 0})
            .insteadBecause("Later versions cut the scrape off", List.of(400), UNREADABLE));
  }

  private static List<Sequence> mixed() {
    return List.of(
        Sequence.of(
            "protobuf, then text",
            putFamilies(TARGET, counter("m", counterOf(1))),
            post(TARGET, "# TYPE m counter\nm 2\n")),
        Sequence.of(
            "text, then protobuf",
            put(TARGET, "# TYPE m counter\nm 2\n"),
            putFamilies(TARGET, counter("m", counterOf(1)))),
        Sequence.of(
            "protobuf and text in two groups",
            putFamilies(TARGET, counter("m", counterOf(1))),
            put("/metrics/job/b", "# TYPE m counter\nm 2\n")));
  }

  private static String floatHistogram(String bucket, String count) {
    return String.format(
        """
        # TYPE m histogram
        m_bucket{%1$s,le="1"} %2$s
        m_bucket{%1$s,le="+Inf"} %3$s
        m_sum{%1$s} 3
        m_count{%1$s} %3$s
        """,
        LABELS, bucket, count);
  }

  private static Sequence pushed(String name, MetricFamily.Builder... families) {
    return Sequence.of("protobuf: " + name, putFamilies(TARGET, families));
  }

  private static Sequence framed(String name, byte[] body) {
    return Sequence.of("protobuf: " + name, request("PUT", TARGET).with(DELIMITED).withBody(body));
  }
}
