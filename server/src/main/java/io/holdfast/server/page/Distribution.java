package io.holdfast.server.page;

import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The quantiles of a summary or the buckets of a histogram.
 *
 * @param caption of the table
 * @param facts the single values, such as the sum
 * @param lines in ascending order
 */
record Distribution(
    String caption,
    String boundHeading,
    String valueHeading,
    boolean hasBars,
    List<Label> facts,
    List<Line> lines) {

  /**
   * A quantile or a bucket.
   *
   * @param share of the largest bucket, in percent
   */
  record Line(String bound, String value, int share, @Nullable ExemplarView exemplar) {}

  /** The bound on lines. More would not be read. */
  private static final int MAX_LINES = 300;

  Distribution {
    if (lines.size() > MAX_LINES) {
      facts = new ArrayList<>(facts);
      facts.add(new Label("Not shown", Numbers.grouped(lines.size() - MAX_LINES)));
      lines = List.copyOf(lines.subList(0, MAX_LINES));
    }
  }

  static Distribution of(Summary summary) {
    List<Line> lines = new ArrayList<>();
    for (Quantile quantile : summary.getQuantileList()) {
      lines.add(
          new Line(
              Numbers.value(quantile.getQuantile()), Numbers.value(quantile.getValue()), 0, null));
    }
    List<Label> facts =
        List.of(
            new Label("Count", Numbers.count(summary.getSampleCount())),
            new Label("Sum", Numbers.value(summary.getSampleSum())));
    return new Distribution("Quantiles", "Quantile", "Value", false, facts, lines);
  }

  /** Returns the classic buckets, as they were pushed. */
  static Distribution classic(Histogram histogram, Instant now) {
    List<Line> lines = new ArrayList<>();
    double[] within = within(histogram);
    double largest = 0;
    for (double count : within) {
      largest = Math.max(largest, count);
    }
    for (int i = 0; i < within.length; i++) {
      Bucket bucket = histogram.getBucket(i);
      lines.add(
          new Line(
              Numbers.value(bucket.getUpperBound()),
              bucket.getCumulativeCountFloat() > 0
                  ? Numbers.value(bucket.getCumulativeCountFloat())
                  : Numbers.count(bucket.getCumulativeCount()),
              share(within[i], largest),
              bucket.hasExemplar() ? ExemplarView.of(bucket.getExemplar(), now) : null));
    }
    return new Distribution("Buckets", "Up to", "Count", true, facts(histogram), lines);
  }

  /** Returns the count of each bucket without the counts of the buckets before it. */
  private static double[] within(Histogram histogram) {
    double[] within = new double[histogram.getBucketCount()];
    double before = 0;
    for (int i = 0; i < within.length; i++) {
      Bucket bucket = histogram.getBucket(i);
      double until =
          bucket.getCumulativeCountFloat() > 0
              ? bucket.getCumulativeCountFloat()
              : bucket.getCumulativeCount();
      within[i] = until - before;
      before = until;
    }
    return within;
  }

  /** Returns the non-empty buckets of a native histogram. */
  static Distribution ofNative(Histogram histogram) {
    List<NativeBuckets.Range> ranges = NativeBuckets.of(histogram);
    double largest = 0;
    for (NativeBuckets.Range range : ranges) {
      largest = Math.max(largest, range.count());
    }
    List<Line> lines = new ArrayList<>();
    for (NativeBuckets.Range range : ranges) {
      lines.add(
          new Line(
              range.text(), Numbers.value(range.count()), share(range.count(), largest), null));
    }
    List<Label> facts = new ArrayList<>(facts(histogram));
    facts.add(new Label("Schema", Integer.toString(histogram.getSchema())));
    facts.add(new Label("Zero threshold", Numbers.value(histogram.getZeroThreshold())));
    return new Distribution("Native buckets", "Range", "Count", true, facts, lines);
  }

  private static List<Label> facts(Histogram histogram) {
    String count =
        histogram.getSampleCountFloat() > 0
            ? Numbers.value(histogram.getSampleCountFloat())
            : Numbers.count(histogram.getSampleCount());
    return List.of(
        new Label("Count", count), new Label("Sum", Numbers.value(histogram.getSampleSum())));
  }

  int exemplarSize() {
    int size = 0;
    for (Line line : lines) {
      size += line.exemplar == null ? 0 : line.exemplar.size();
    }
    return size;
  }

  boolean hasExemplars() {
    return lines.stream().anyMatch(line -> line.exemplar() != null);
  }

  private static int share(double count, double largest) {
    return largest > 0 && count > 0 ? Math.max(1, (int) Math.round(100 * count / largest)) : 0;
  }
}
