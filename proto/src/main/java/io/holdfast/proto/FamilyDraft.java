package io.holdfast.proto;

import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Untyped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A metric family while its lines are being read. Its type never changes once it is set. */
final class FamilyDraft {
  private final String name;
  private final HeapMeter meter;
  private @Nullable String help;
  private @Nullable MetricType type;

  /** The heap of a bucket and of its draft. */
  private static final int FIELDS_OF_BOUND = 8;

  /** Sum, count, and the bucket without a bound. */
  private static final int LINES_OF_EACH = 3;

  /** The metrics of a type with one line each. */
  private final List<Metric> metrics = new ArrayList<>();

  /** The metrics of a type with several lines each, in order of first appearance. */
  private final List<SeriesDraft> series = new ArrayList<>();

  private @Nullable Map<SeriesKey, SeriesDraft> seriesByKey;

  FamilyDraft(String name, HeapMeter meter) {
    this.name = name;
    this.meter = meter;
  }

  String name() {
    return name;
  }

  boolean hasHelp() {
    return help != null;
  }

  void setHelp(String help) {
    this.help = help;
  }

  boolean hasType() {
    return type != null;
  }

  void setType(MetricType type) {
    this.type = type;
  }

  boolean isSummary() {
    return type == MetricType.SUMMARY;
  }

  boolean isHistogram() {
    return type == MetricType.HISTOGRAM || type == MetricType.GAUGE_HISTOGRAM;
  }

  /**
   * Returns the name of the label that is part of a value ({@code le}, {@code quantile}), or null.
   */
  @Nullable String boundLabel() {
    if (isSummary()) {
      return "quantile";
    }
    return isHistogram() ? "le" : null;
  }

  /** Adds a metric of one line. */
  void addMetric(SampleLabels labels, double value, @Nullable Long timestamp)
      throws TooHeavyException {
    meter.metric();
    meter.labels(labels.count(), labels.textBytes());
    meter.lines(1, name.length(), labels.textBytes());
    Metric.Builder metric = Metric.newBuilder();
    labels.addTo(metric);
    if (type == MetricType.COUNTER) {
      metric.setCounter(Counter.newBuilder().setValue(value));
    } else if (type == MetricType.GAUGE) {
      metric.setGauge(Gauge.newBuilder().setValue(value));
    } else {
      metric.setUntyped(Untyped.newBuilder().setValue(value));
    }
    if (timestamp != null) {
      metric.setTimestampMs(timestamp);
    }
    metrics.add(metric.build());
  }

  /** Returns the summary or histogram with these labels, in any order. */
  SeriesDraft series(SampleLabels labels) throws TooHeavyException {
    if (!series.isEmpty()) {
      SeriesDraft recent = series.get(series.size() - 1);
      if (labels.areSame(recent.labels())) {
        return recent;
      }
    }
    SeriesKey key = new SeriesKey(labels.toArray());
    Map<SeriesKey, SeriesDraft> known = seriesByKey;
    if (known == null) {
      known = new HashMap<>();
      seriesByKey = known;
    }
    SeriesDraft found = known.get(key);
    if (found == null) {
      meter.metric();
      meter.series();
      meter.labels(labels.count(), labels.textBytes());
      meter.lines(LINES_OF_EACH, name.length(), labels.textBytes());
      found =
          isSummary() ? new SummaryDraft(labels.toArray()) : new HistogramDraft(labels.toArray());
      known.put(key, found);
      series.add(found);
    }
    return found;
  }

  /** Counts the quantile or bucket that a line may bring. */
  void meterBound(SampleLabels labels) throws TooHeavyException {
    meter.message(FIELDS_OF_BOUND);
    meter.lines(1, name.length(), labels.textBytes());
  }

  /** Returns the finished family, or null without a sample. */
  @Nullable MetricFamily build() {
    if (type == null || (metrics.isEmpty() && series.isEmpty())) {
      return null;
    }
    MetricFamily.Builder family = MetricFamily.newBuilder().setName(name).setType(type);
    if (help != null) {
      family.setHelp(help);
    }
    family.addAllMetric(metrics);
    for (SeriesDraft draft : series) {
      family.addMetric(draft.build());
    }
    return family.build();
  }
}
