package io.holdfast.proto;

import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import java.util.List;

/**
 * The check of native histograms that Prometheus makes: its storage checks each histogram, and the
 * scraper refuses the whole scrape at the first bad one.
 */
final class NativeHistograms {
  private static final int LOWEST_SCHEMA = -4;
  private static final int HIGHEST_SCHEMA = 8;

  private NativeHistograms() {}

  /** Returns whether the histogram has no native part, or one without a contradiction. */
  static boolean isTakenByPrometheus(Histogram histogram) {
    if (!isNative(histogram)) {
      return true;
    }
    boolean isFloat = histogram.getSampleCountFloat() > 0 || histogram.getZeroCountFloat() > 0;
    return histogram.getSchema() >= LOWEST_SCHEMA
        && histogram.getSchema() <= HIGHEST_SCHEMA
        && histogram.getZeroThreshold() >= 0
        && (isFloat ? isSoundFloat(histogram) : isSoundInteger(histogram));
  }

  private static boolean isNative(Histogram histogram) {
    return histogram.getPositiveSpanCount() > 0
        || histogram.getNegativeSpanCount() > 0
        || histogram.getZeroThreshold() != 0
        || histogram.getZeroCount() != 0
        || histogram.getZeroCountFloat() != 0;
  }

  /** Returns the classic part of the histogram. */
  static Histogram classicPart(Histogram histogram) {
    return histogram.toBuilder()
        .clearSchema()
        .clearZeroThreshold()
        .clearZeroCount()
        .clearZeroCountFloat()
        .clearPositiveSpan()
        .clearPositiveDelta()
        .clearPositiveCount()
        .clearNegativeSpan()
        .clearNegativeDelta()
        .clearNegativeCount()
        .build();
  }

  private static boolean isSoundInteger(Histogram histogram) {
    long positive = population(histogram.getPositiveSpanList(), histogram.getPositiveDeltaList());
    long negative = population(histogram.getNegativeSpanList(), histogram.getNegativeDeltaList());
    long zero = histogram.getZeroCount();
    long count = histogram.getSampleCount();
    if (positive < 0 || negative < 0 || zero < 0 || count < 0) {
      return false;
    }
    long sum = positive + negative + zero;
    // An observation of NaN counts, and is in no bucket.
    return sum >= 0
        && (Double.isNaN(histogram.getSampleSum()) ? sum <= count : sum == count)
        && histogram.getPositiveCountCount() == 0
        && histogram.getNegativeCountCount() == 0;
  }

  /** Returns the count of all buckets, or a number below 0 if they contradict the spans. */
  private static long population(List<BucketSpan> spans, List<Long> deltas) {
    if (!areSound(spans, deltas.size())) {
      return -1;
    }
    long bucket = 0;
    long sum = 0;
    for (long delta : deltas) {
      bucket += delta;
      sum += bucket;
      if (bucket < 0 || sum < 0) {
        return -1;
      }
    }
    return sum;
  }

  private static boolean isSoundFloat(Histogram histogram) {
    return histogram.getSampleCountFloat() >= 0
        && histogram.getZeroCountFloat() >= 0
        && histogram.getPositiveDeltaCount() == 0
        && histogram.getNegativeDeltaCount() == 0
        && isSound(histogram.getPositiveSpanList(), histogram.getPositiveCountList())
        && isSound(histogram.getNegativeSpanList(), histogram.getNegativeCountList());
  }

  private static boolean isSound(List<BucketSpan> spans, List<Double> counts) {
    return areSound(spans, counts.size()) && counts.stream().allMatch(count -> count >= 0);
  }

  /** Returns whether spans and buckets agree. Only the first span may have a negative offset. */
  private static boolean areSound(List<BucketSpan> spans, int buckets) {
    long announced = 0;
    for (int i = 0; i < spans.size(); i++) {
      announced += Integer.toUnsignedLong(spans.get(i).getLength());
      if (i > 0 && spans.get(i).getOffset() < 0) {
        return false;
      }
    }
    return announced == buckets;
  }
}
