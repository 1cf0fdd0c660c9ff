package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;

/**
 * An estimate of the length of a family's text before it is written. Every line repeats the name
 * and all labels.
 */
final class TextSize {
  /** A suffix, a quantile or bucket, the value, punctuation. */
  private static final int PER_LINE = 48;

  private static final int PER_LABEL = 4;

  private TextSize() {}

  /**
   * Returns the estimated bytes, as if every character took one byte.
   *
   * @param groupLabelBytes of the labels that the group adds to each line
   */
  static long estimate(MetricFamily family, int groupLabelBytes) {
    long bytes = 0;
    for (Metric metric : family.getMetricList()) {
      long line = PER_LINE + family.getName().length() + (long) groupLabelBytes;
      for (LabelPair label : metric.getLabelList()) {
        line += PER_LABEL + label.getName().length() + label.getValue().length();
      }
      bytes += line * lines(metric);
    }
    return bytes;
  }

  private static int lines(Metric metric) {
    if (metric.hasHistogram()) {
      return 3 + metric.getHistogram().getBucketCount();
    }
    return metric.hasSummary() ? 2 + metric.getSummary().getQuantileCount() : 1;
  }
}
