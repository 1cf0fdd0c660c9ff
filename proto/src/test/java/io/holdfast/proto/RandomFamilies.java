package io.holdfast.proto;

import com.google.protobuf.Timestamp;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.BucketSpan;
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
import io.holdfast.proto.metrics.Untyped;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Families of all types with odd label values and numbers. */
final class RandomFamilies {
  /** The text format has no gauge histograms. */
  private static final List<MetricType> TEXT_TYPES =
      List.of(
          MetricType.COUNTER,
          MetricType.GAUGE,
          MetricType.SUMMARY,
          MetricType.UNTYPED,
          MetricType.HISTOGRAM);

  private static final String[] TEXTS = {
    "",
    "a",
    "value",
    "with \"quotes\"",
    "back\\slash",
    "line\nfeed",
    "\r",
    "é",
    "佖佥",
    "\uD83D\uDE00",
    "\u0000",
    " ",
    "{}",
    "a=\"b\",",
    "#",
    "\\n",
    "0.5",
    "+Inf"
  };
  private static final double[] NUMBERS = {
    0,
    1,
    -1,
    0.5,
    1e6,
    1e-5,
    123456.789,
    9007199254740992.0,
    Double.NaN,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY
  };

  private final RandomGenerator random;

  RandomFamilies(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Families as the text parser gives them, so that writing and parsing them leaves them as they
   * are.
   */
  List<MetricFamily> expressibleAsText() {
    List<MetricFamily> families = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      MetricType type = TEXT_TYPES.get(random.nextInt(TEXT_TYPES.size()));
      MetricFamily.Builder family = MetricFamily.newBuilder().setName("f" + i).setType(type);
      if (random.nextBoolean()) {
        family.setHelp(helpText());
      }
      int metrics = random.nextInt(1, 5);
      for (int j = 0; j < metrics; j++) {
        family.addMetric(metric(type, j));
      }
      families.add(family.build());
    }
    return families;
  }

  /** Families with all that the protobuf format can carry. */
  List<MetricFamily> expressibleAsProtobuf() {
    List<MetricFamily> families = new ArrayList<>();
    for (MetricFamily family : expressibleAsText()) {
      MetricFamily.Builder richer = family.toBuilder().setUnit("seconds");
      if (family.getType() == MetricType.HISTOGRAM) {
        richer.setType(random.nextBoolean() ? MetricType.HISTOGRAM : MetricType.GAUGE_HISTOGRAM);
      }
      richer.clearMetric();
      for (Metric metric : family.getMetricList()) {
        richer.addMetric(enrich(metric));
      }
      families.add(richer.build());
    }
    return families;
  }

  private Metric enrich(Metric metric) {
    Metric.Builder richer = metric.toBuilder();
    if (richer.hasCounter()) {
      richer.getCounterBuilder().setExemplar(exemplar()).setCreatedTimestamp(timestamp());
    }
    if (richer.hasSummary()) {
      richer.getSummaryBuilder().setCreatedTimestamp(timestamp());
    }
    if (richer.hasHistogram()) {
      Histogram.Builder histogram = richer.getHistogramBuilder();
      histogram.setCreatedTimestamp(timestamp()).addExemplars(exemplar());
      histogram.setSchema(random.nextInt(-4, 9)).setZeroThreshold(1e-128).setZeroCount(2);
      histogram.addPositiveSpan(BucketSpan.newBuilder().setOffset(-3).setLength(2));
      histogram.addPositiveDelta(random.nextLong()).addPositiveDelta(-1);
      histogram.addNegativeSpan(BucketSpan.newBuilder().setOffset(4).setLength(1));
      histogram.addNegativeCount(number()).setZeroCountFloat(0.5);
      histogram.getBucketBuilderList().forEach(bucket -> bucket.setExemplar(exemplar()));
    }
    return richer.build();
  }

  private Exemplar exemplar() {
    return Exemplar.newBuilder()
        .addLabel(LabelPair.newBuilder().setName("trace_id").setValue(text()))
        .setValue(number())
        .setTimestamp(timestamp())
        .build();
  }

  private Timestamp timestamp() {
    return Timestamp.newBuilder()
        .setSeconds(random.nextInt())
        .setNanos(random.nextInt(1_000_000_000))
        .build();
  }

  private Metric metric(MetricType type, int distinct) {
    Metric.Builder metric = Metric.newBuilder();
    int labels = random.nextInt(4);
    for (int i = 0; i < labels; i++) {
      metric.addLabel(LabelPair.newBuilder().setName("l" + i).setValue(text()));
    }
    metric.addLabel(LabelPair.newBuilder().setName("distinct").setValue("" + distinct));
    if (random.nextInt(8) == 0) {
      metric.setTimestampMs(random.nextLong());
    }
    switch (type) {
      case COUNTER -> metric.setCounter(Counter.newBuilder().setValue(number()));
      case GAUGE -> metric.setGauge(Gauge.newBuilder().setValue(number()));
      case UNTYPED -> metric.setUntyped(Untyped.newBuilder().setValue(number()));
      case SUMMARY -> metric.setSummary(summary());
      case HISTOGRAM, GAUGE_HISTOGRAM ->
          metric.setHistogram(random.nextBoolean() ? histogram() : floatHistogram());
    }
    return metric.build();
  }

  private Summary summary() {
    Summary.Builder summary =
        Summary.newBuilder().setSampleSum(number()).setSampleCount(random.nextInt(1 << 20));
    int quantiles = random.nextInt(4);
    for (int i = 0; i < quantiles; i++) {
      summary.addQuantile(
          Quantile.newBuilder().setQuantile(random.nextDouble()).setValue(number()));
    }
    return summary.build();
  }

  private Histogram histogram() {
    int count = random.nextInt(1 << 20);
    Histogram.Builder histogram =
        Histogram.newBuilder().setSampleSum(number()).setSampleCount(count);
    int buckets = random.nextInt(4);
    for (int i = 0; i < buckets; i++) {
      histogram.addBucket(
          Bucket.newBuilder().setUpperBound(i * 0.1).setCumulativeCount(random.nextInt(100)));
    }
    return histogram
        .addBucket(
            Bucket.newBuilder().setUpperBound(Double.POSITIVE_INFINITY).setCumulativeCount(count))
        .build();
  }

  private Histogram floatHistogram() {
    double count = random.nextInt(100) + 0.5;
    Histogram.Builder histogram =
        Histogram.newBuilder().setSampleSum(number()).setSampleCountFloat(count);
    int buckets = random.nextInt(4);
    for (int i = 0; i < buckets; i++) {
      histogram.addBucket(
          Bucket.newBuilder().setUpperBound(i).setCumulativeCountFloat(1 + random.nextDouble()));
    }
    return histogram
        .addBucket(
            Bucket.newBuilder()
                .setUpperBound(Double.POSITIVE_INFINITY)
                .setCumulativeCountFloat(count))
        .build();
  }

  /** The format drops blanks in front of a help text, and one that is empty altogether. */
  private String helpText() {
    return "help " + text();
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private double number() {
    if (random.nextBoolean()) {
      return NUMBERS[random.nextInt(NUMBERS.length)];
    }
    double any = Double.longBitsToDouble(random.nextLong());
    // One NaN for all: the formats don't carry a NaN's bits.
    return Double.isNaN(any) ? Double.NaN : any;
  }
}
