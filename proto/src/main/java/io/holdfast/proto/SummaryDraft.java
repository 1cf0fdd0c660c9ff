package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;

/** A summary of quantiles, a sum and a count, each of which may be missing. */
final class SummaryDraft extends SeriesDraft {
  private final Summary.Builder summary = Summary.newBuilder();

  SummaryDraft(LabelPair[] labels) {
    super(labels);
  }

  @Override
  boolean add(SampleRole role, double bound, double value) {
    switch (role) {
      case COUNT -> summary.setSampleCount(GoNumbers.toUnsigned(value));
      case SUM -> summary.setSampleSum(value);
      case VALUE -> {
        if (!Double.isNaN(bound)) {
          summary.addQuantile(Quantile.newBuilder().setQuantile(bound).setValue(value).build());
        }
      }
    }
    return true;
  }

  @Override
  void setValue(Metric.Builder metric) {
    metric.setSummary(summary);
  }
}
