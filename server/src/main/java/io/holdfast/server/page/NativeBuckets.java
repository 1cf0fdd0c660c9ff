package io.holdfast.server.page;

import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The buckets of a native histogram as ranges, with rounded bounds. */
final class NativeBuckets {
  /** The bound on ranges, whatever the spans announce. */
  private static final int MAX_RANGES = 1_000;

  /** A bucket that is not empty, as in {@code (0.5, 1]}. */
  record Range(String text, double count) {}

  private final Histogram histogram;
  private final boolean isFloat;

  private NativeBuckets(Histogram histogram) {
    this.histogram = histogram;
    this.isFloat = histogram.getSampleCountFloat() > 0 || histogram.getZeroCountFloat() > 0;
  }

  /** Returns the ranges, the lowest first. */
  static List<Range> of(Histogram histogram) {
    return new NativeBuckets(histogram).all();
  }

  /**
   * Returns whether the histogram is native. An empty native histogram still has a zero bucket or
   * spans.
   */
  static boolean isNative(Histogram histogram) {
    return histogram.hasSchema()
        || histogram.hasZeroThreshold()
        || histogram.getPositiveSpanCount() > 0
        || histogram.getNegativeSpanCount() > 0;
  }

  private List<Range> all() {
    List<Range> ranges = side(false);
    Collections.reverse(ranges);
    double zeroCount = isFloat ? histogram.getZeroCountFloat() : histogram.getZeroCount();
    if (zeroCount != 0) {
      String threshold = Numbers.bound(histogram.getZeroThreshold());
      ranges.add(new Range("[\u2212" + threshold + ", " + threshold + "]", zeroCount));
    }
    ranges.addAll(side(true));
    return ranges;
  }

  /** Returns the ranges of one sign, from zero outwards. */
  private List<Range> side(boolean isPositive) {
    List<BucketSpan> spans =
        isPositive ? histogram.getPositiveSpanList() : histogram.getNegativeSpanList();
    List<Long> deltas =
        isPositive ? histogram.getPositiveDeltaList() : histogram.getNegativeDeltaList();
    List<Double> counts =
        isPositive ? histogram.getPositiveCountList() : histogram.getNegativeCountList();
    int buckets = isFloat ? counts.size() : deltas.size();
    List<Range> ranges = new ArrayList<>();
    int bucket = 0;
    int index = 0;
    long sum = 0;
    for (BucketSpan span : spans) {
      index += span.getOffset();
      for (int i = 0; i < span.getLength() && bucket < buckets; i++) {
        sum += isFloat ? 0 : deltas.get(bucket);
        double count = isFloat ? counts.get(bucket) : sum;
        if (count != 0 && ranges.size() < MAX_RANGES) {
          ranges.add(new Range(text(index, isPositive), count));
        }
        bucket++;
        index++;
      }
    }
    return ranges;
  }

  private String text(int index, boolean isPositive) {
    String inner = bound(index - 1);
    String outer = bound(index);
    return isPositive
        ? "(" + inner + ", " + outer + "]"
        : "[\u2212" + outer + ", \u2212" + inner + ")";
  }

  private String bound(int index) {
    return Numbers.bound(Math.pow(2, Math.scalb((double) index, -histogram.getSchema())));
  }
}
