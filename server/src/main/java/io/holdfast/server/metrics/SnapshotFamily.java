package io.holdfast.server.metrics;

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
import io.holdfast.storage.SelfMetricFamily;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * The conversion of the metrics library's snapshots into Holdfast's model. Self metrics and pushed
 * metrics then share the same writers.
 */
final class SnapshotFamily {
  private static final String INSTANCE = "instance";

  private SnapshotFamily() {}

  /**
   * Returns the family.
   *
   * @param instance the value of a label of that name on every series; null if they have none
   */
  static SelfMetricFamily of(MetricSnapshot snapshot, boolean yields, @Nullable String instance) {
    String name = name(snapshot);
    MetricType type = type(snapshot);
    MetricFamily.Builder family = MetricFamily.newBuilder().setName(name).setType(type);
    String help = snapshot.getMetadata().getHelp();
    if (help != null) {
      family.setHelp(help);
    }
    for (DataPointSnapshot point : snapshot.getDataPoints()) {
      Labels labels = point.getLabels();
      family.addMetric(metric(point, instance == null ? labels : labels.add(INSTANCE, instance)));
    }
    return new SelfMetricFamily(family.build(), yields);
  }

  /** Returns the name of the text format. The library keeps names without their suffix. */
  private static String name(MetricSnapshot snapshot) {
    String name = snapshot.getMetadata().getPrometheusName();
    if (snapshot instanceof CounterSnapshot) {
      return name.endsWith("_total") ? name : name + "_total";
    }
    if (snapshot instanceof InfoSnapshot) {
      return name.endsWith("_info") ? name : name + "_info";
    }
    return name;
  }

  private static MetricType type(MetricSnapshot snapshot) {
    if (snapshot instanceof CounterSnapshot) {
      return MetricType.COUNTER;
    }
    if (snapshot instanceof SummarySnapshot) {
      return MetricType.SUMMARY;
    }
    return snapshot instanceof HistogramSnapshot ? MetricType.HISTOGRAM : MetricType.GAUGE;
  }

  private static Metric metric(DataPointSnapshot point, Labels labels) {
    Metric.Builder metric = Metric.newBuilder();
    for (int i = 0; i < labels.size(); i++) {
      metric.addLabel(
          LabelPair.newBuilder().setName(labels.getPrometheusName(i)).setValue(labels.getValue(i)));
    }
    if (point instanceof CounterDataPointSnapshot counter) {
      metric.setCounter(Counter.newBuilder().setValue(counter.getValue()));
    } else if (point instanceof GaugeDataPointSnapshot gauge) {
      metric.setGauge(Gauge.newBuilder().setValue(gauge.getValue()));
    } else if (point instanceof InfoDataPointSnapshot) {
      metric.setGauge(Gauge.newBuilder().setValue(1));
    } else if (point instanceof SummaryDataPointSnapshot summary) {
      metric.setSummary(summary(summary));
    } else if (point instanceof HistogramDataPointSnapshot histogram) {
      metric.setHistogram(histogram(histogram));
    } else {
      throw new IllegalArgumentException("data point: " + point.getClass());
    }
    return metric.build();
  }

  private static Summary summary(SummaryDataPointSnapshot point) {
    Summary.Builder summary =
        Summary.newBuilder().setSampleCount(point.getCount()).setSampleSum(point.getSum());
    point
        .getQuantiles()
        .forEach(
            quantile ->
                summary.addQuantile(
                    Quantile.newBuilder()
                        .setQuantile(quantile.getQuantile())
                        .setValue(quantile.getValue())));
    return summary.build();
  }

  private static Histogram histogram(HistogramDataPointSnapshot point) {
    Histogram.Builder histogram =
        Histogram.newBuilder().setSampleCount(point.getCount()).setSampleSum(point.getSum());
    long cumulative = 0;
    for (ClassicHistogramBucket bucket : point.getClassicBuckets()) {
      cumulative += bucket.getCount();
      histogram.addBucket(
          Bucket.newBuilder().setUpperBound(bucket.getUpperBound()).setCumulativeCount(cumulative));
    }
    return histogram.build();
  }
}
