package io.holdfast.proto;

import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;

/**
 * A classic histogram of buckets, a sum and a count, each of which may be missing. Its counts are
 * either all integers or all floats: a single count that is no integer turns the others into
 * floats.
 */
final class HistogramDraft extends SeriesDraft {
  private final Histogram.Builder histogram = Histogram.newBuilder();

  /** Returns whether a float count other than 0 was read. */
  private boolean isFloat;

  HistogramDraft(LabelPair[] labels) {
    super(labels);
  }

  @Override
  boolean add(SampleRole role, double bound, double value) {
    if (role == SampleRole.SUM) {
      histogram.setSampleSum(value);
      return true;
    }
    if (role == SampleRole.VALUE && Double.isNaN(bound)) {
      return true;
    }
    long integer = GoNumbers.toUnsigned(value);
    boolean isInteger = value == GoNumbers.fromUnsigned(integer);
    if (!isInteger && value < 0) {
      return false;
    }
    isFloat |= !isInteger;
    if (role == SampleRole.COUNT) {
      addCount(isInteger, integer, value);
    } else {
      Bucket.Builder bucket = Bucket.newBuilder().setUpperBound(bound);
      histogram.addBucket(
          isInteger
              ? bucket.setCumulativeCount(integer).build()
              : bucket.setCumulativeCountFloat(value).build());
    }
    return true;
  }

  private void addCount(boolean isInteger, long integer, double value) {
    if (isInteger) {
      histogram.setSampleCount(integer);
    } else {
      histogram.setSampleCountFloat(value);
    }
  }

  @Override
  void setValue(Metric.Builder metric) {
    if (isFloat) {
      turnIntoFloats();
    }
    metric.setHistogram(histogram);
  }

  private void turnIntoFloats() {
    if (!histogram.hasSampleCountFloat()) {
      histogram.setSampleCountFloat(GoNumbers.fromUnsigned(histogram.getSampleCount()));
      histogram.clearSampleCount();
    }
    for (int i = 0; i < histogram.getBucketCount(); i++) {
      Bucket bucket = histogram.getBucket(i);
      if (!bucket.hasCumulativeCountFloat()) {
        double population = GoNumbers.fromUnsigned(bucket.getCumulativeCount());
        histogram.setBucket(
            i,
            bucket.toBuilder().clearCumulativeCount().setCumulativeCountFloat(population).build());
      }
    }
  }
}
