package io.holdfast.server.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.proto.metrics.Untyped;

/** Families in protobuf, in few words. */
final class Families {
  private Families() {}

  static MetricFamily.Builder family(String name, MetricType type, Metric.Builder... metrics) {
    MetricFamily.Builder family = MetricFamily.newBuilder().setName(name).setType(type);
    for (Metric.Builder metric : metrics) {
      family.addMetric(metric);
    }
    return family;
  }

  static MetricFamily.Builder counter(String name, Metric.Builder... metrics) {
    return family(name, MetricType.COUNTER, metrics);
  }

  static MetricFamily.Builder gauge(String name, Metric.Builder... metrics) {
    return family(name, MetricType.GAUGE, metrics);
  }

  static MetricFamily.Builder summary(String name, Metric.Builder... metrics) {
    return family(name, MetricType.SUMMARY, metrics);
  }

  static MetricFamily.Builder histogram(String name, Metric.Builder... metrics) {
    return family(name, MetricType.HISTOGRAM, metrics);
  }

  /** Labels as name, value, name, value. */
  static Metric.Builder metric(String... labels) {
    Metric.Builder metric = Metric.newBuilder();
    for (int i = 0; i < labels.length; i += 2) {
      metric.addLabel(LabelPair.newBuilder().setName(labels[i]).setValue(labels[i + 1]));
    }
    return metric;
  }

  static Metric.Builder counterOf(double value, String... labels) {
    return metric(labels).setCounter(Counter.newBuilder().setValue(value));
  }

  static Metric.Builder gaugeOf(double value, String... labels) {
    return metric(labels).setGauge(Gauge.newBuilder().setValue(value));
  }

  static Metric.Builder untypedOf(double value, String... labels) {
    return metric(labels).setUntyped(Untyped.newBuilder().setValue(value));
  }

  static Metric.Builder summaryOf(long count, double sum, double... quantilesAndValues) {
    Summary.Builder summary = Summary.newBuilder().setSampleCount(count).setSampleSum(sum);
    for (int i = 0; i < quantilesAndValues.length; i += 2) {
      summary.addQuantile(
          Quantile.newBuilder()
              .setQuantile(quantilesAndValues[i])
              .setValue(quantilesAndValues[i + 1]));
    }
    return metric().setSummary(summary);
  }

  static Metric.Builder histogramOf(long count, double sum, double... boundsAndCounts) {
    Histogram.Builder histogram = Histogram.newBuilder().setSampleCount(count).setSampleSum(sum);
    for (int i = 0; i < boundsAndCounts.length; i += 2) {
      histogram.addBucket(
          Bucket.newBuilder()
              .setUpperBound(boundsAndCounts[i])
              .setCumulativeCount((long) boundsAndCounts[i + 1]));
    }
    return metric().setHistogram(histogram);
  }

  /** A label pair whose value is no UTF-8. */
  static LabelPair notUtf8(String name) {
    byte[] wire = LabelPair.newBuilder().setName(name).setValue("?").build().toByteArray();
    wire[wire.length - 1] = (byte) 0xff;
    try {
      return LabelPair.parseFrom(ByteString.copyFrom(wire));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
