package io.holdfast.proto;

import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of the text exposition format 0.0.4. Pieces join by concatenation: a family is its
 * header and then the samples of each of its owners.
 *
 * <p>An {@link EscapingScheme} selects the names. A scraper that asks for no scheme knows only
 * plain names, and gets underscores. The caller makes sure that no two names become one. All
 * methods are pure.
 */
public final class TextWriter {
  private static final int MAX_FIRST_CAPACITY = 1 << 20;

  private final TextBuffer out;
  private final String name;
  private final SampleStart start;

  private TextWriter(TextBuffer out, String name, EscapingScheme scheme) {
    this.out = out;
    this.name = name;
    this.start = new SampleStart(out, name, scheme);
  }

  /** Returns the header for scrapers that ask for no scheme. */
  public static byte[] header(String name, @Nullable String help, MetricType type) {
    return header(name, help, type, EscapingScheme.UNDERSCORES);
  }

  /**
   * Returns the {@code # HELP} line, if there is a help text, and the {@code # TYPE} line. The
   * format has no gauge histograms: their type is histogram.
   */
  public static byte[] header(
      String name, @Nullable String help, MetricType type, EscapingScheme scheme) {
    TextBuffer out = new TextBuffer(64 + 2 * name.length() + (help == null ? 0 : help.length()));
    if (help != null) {
      out.append("# HELP ");
      out.appendMetricName(name, scheme);
      out.append(' ');
      out.appendHelp(help);
      out.append('\n');
    }
    out.append("# TYPE ");
    out.appendMetricName(name, scheme);
    out.append(' ');
    out.append(typeWord(type));
    out.append('\n');
    return out.toByteArray();
  }

  /** Returns the samples for scrapers that ask for no scheme. */
  public static byte[] samples(String name, MetricType type, List<Metric> metrics) {
    return samples(name, type, metrics, EscapingScheme.UNDERSCORES);
  }

  /**
   * Returns all sample lines of the metrics, in the given order; buckets and quantiles keep theirs.
   * A histogram without a bucket for +Inf gets one. A float twin other than 0 replaces its count.
   *
   * @throws IllegalArgumentException if a metric lacks the value that the type demands
   */
  public static byte[] samples(
      String name, MetricType type, List<Metric> metrics, EscapingScheme scheme) {
    TextBuffer out = new TextBuffer(firstCapacity(name, metrics));
    TextWriter writer = new TextWriter(out, name, scheme);
    for (Metric metric : metrics) {
      writer.writeMetric(type, metric);
    }
    return out.toByteArray();
  }

  static int firstCapacity(String name, List<Metric> metrics) {
    return (int) Math.min(MAX_FIRST_CAPACITY, 64 + metrics.size() * (64L + name.length()));
  }

  private static String typeWord(MetricType type) {
    return switch (type) {
      case COUNTER -> "counter";
      case GAUGE -> "gauge";
      case SUMMARY -> "summary";
      case UNTYPED -> "untyped";
      case HISTOGRAM, GAUGE_HISTOGRAM -> "histogram";
    };
  }

  private void writeMetric(MetricType type, Metric metric) {
    requireValue(name, type, metric);
    start.startMetric();
    switch (type) {
      case COUNTER -> writePlain(metric, metric.getCounter().getValue());
      case GAUGE -> writePlain(metric, metric.getGauge().getValue());
      case UNTYPED -> writePlain(metric, metric.getUntyped().getValue());
      case SUMMARY -> writeSummary(metric, metric.getSummary());
      case HISTOGRAM, GAUGE_HISTOGRAM -> writeHistogram(metric, metric.getHistogram());
    }
  }

  static void requireValue(String name, MetricType type, Metric metric) {
    boolean present =
        switch (type) {
          case COUNTER -> metric.hasCounter();
          case GAUGE -> metric.hasGauge();
          case SUMMARY -> metric.hasSummary();
          case UNTYPED -> metric.hasUntyped();
          case HISTOGRAM, GAUGE_HISTOGRAM -> metric.hasHistogram();
        };
    if (!present) {
      throw new IllegalArgumentException(
          "metric of family " + GoQuote.quote(name) + ": no value (expected: a " + type + ")");
    }
  }

  private void writePlain(Metric metric, double value) {
    start.write("", metric);
    writeValue(metric, value);
  }

  private void writeSummary(Metric metric, Summary summary) {
    for (Quantile quantile : summary.getQuantileList()) {
      writeStartAnd("", metric, "quantile", quantile.getQuantile());
      writeValue(metric, quantile.getValue());
    }
    writeTotals(metric, summary.getSampleSum(), GoNumbers.fromUnsigned(summary.getSampleCount()));
  }

  private void writeHistogram(Metric metric, Histogram histogram) {
    double count = count(histogram.getSampleCountFloat(), histogram.getSampleCount());
    boolean infinitySeen = false;
    for (Bucket bucket : histogram.getBucketList()) {
      infinitySeen |= bucket.getUpperBound() == Double.POSITIVE_INFINITY;
      writeBucket(
          metric,
          bucket.getUpperBound(),
          count(bucket.getCumulativeCountFloat(), bucket.getCumulativeCount()));
    }
    if (!infinitySeen) {
      writeBucket(metric, Double.POSITIVE_INFINITY, count);
    }
    writeTotals(metric, histogram.getSampleSum(), count);
  }

  private void writeBucket(Metric metric, double upperBound, double population) {
    writeStartAnd("_bucket", metric, "le", upperBound);
    writeValue(metric, population);
  }

  private void writeTotals(Metric metric, double sum, double count) {
    start.write("_sum", metric);
    writeValue(metric, sum);
    start.write("_count", metric);
    writeValue(metric, count);
  }

  private void writeStartAnd(String suffix, Metric metric, String bound, double value) {
    start.writeAnd(suffix, metric, bound);
    out.append(value);
    out.append("\"}");
  }

  private void writeValue(Metric metric, double value) {
    out.append(' ');
    out.append(value);
    if (metric.hasTimestampMs()) {
      out.append(' ');
      out.append(metric.getTimestampMs());
    }
    out.append('\n');
  }

  private static double count(double floatCount, long integerCount) {
    return floatCount != 0 ? floatCount : GoNumbers.fromUnsigned(integerCount);
  }
}
