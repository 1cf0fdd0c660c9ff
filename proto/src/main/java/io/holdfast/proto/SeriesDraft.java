package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metric of several lines, while the parser reads them. */
abstract sealed class SeriesDraft permits SummaryDraft, HistogramDraft {
  private final LabelPair[] labels;
  private @Nullable Long timestamp;

  SeriesDraft(LabelPair[] labels) {
    this.labels = labels;
  }

  final LabelPair[] labels() {
    return labels;
  }

  /** The last timestamp of the lines. */
  final void setTimestamp(long timestamp) {
    this.timestamp = timestamp;
  }

  final Metric build() {
    Metric.Builder metric = Metric.newBuilder().addAllLabel(List.of(labels));
    if (timestamp != null) {
      metric.setTimestampMs(timestamp);
    }
    setValue(metric);
    return metric.build();
  }

  /**
   * Adds one line.
   *
   * @param bound the quantile or upper bound of the line; with NaN, which stands for none, the
   *     value is dropped
   * @return whether the value is possible in this place
   */
  abstract boolean add(SampleRole role, double bound, double value);

  abstract void setValue(Metric.Builder metric);
}
