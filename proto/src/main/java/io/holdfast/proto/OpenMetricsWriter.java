package io.holdfast.proto;

import com.google.protobuf.Timestamp;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of OpenMetrics 1.0.0; 0.0.1 has equal bytes. Pieces join by concatenation: a family is
 * its header and then the samples of each of its owners; {@link #END} closes the exposition.
 *
 * <p>Series have the names and labels that the text format gives them. A counter has the type
 * counter only if its name ends with {@code _total}; otherwise its type is unknown, and its name
 * stays. A gauge histogram has the type histogram, because OpenMetrics demands other names for
 * gauge histograms. Counts of float histograms keep their fractions: Prometheus reads them, though
 * OpenMetrics has only integers there.
 *
 * <p>{@link OpenMetricsConverter} makes equal bytes from rendered text, where the text says all.
 */
public final class OpenMetricsWriter {
  /** The end of an exposition. */
  public static final String END = "# EOF\n";

  static final String COUNTER_SUFFIX = "_total";
  private static final String CREATED_SUFFIX = "_created";
  private static final double NANOS = 1e9;
  private static final long LAST_SECOND = 253_402_300_799L;
  private static final long FIRST_SECOND = -62_135_596_800L;

  /** The longest integers that every double distinguishes. */
  private static final double EXACT = 0x1p53;

  /**
   * A way to write samples.
   *
   * @param created whether to write {@code _created} series, where a metric has a creation time
   */
  record Style(EscapingScheme scheme, boolean created) {}

  private final TextBuffer out;
  private final String name;
  private final Style style;
  private final SampleStart start;

  /** Returns the counter's name without its suffix, for {@code _created}. */
  private final SampleStart createdStart;

  private OpenMetricsWriter(TextBuffer out, String name, MetricType type, Style style) {
    this.out = out;
    this.name = name;
    this.style = style;
    this.start = new SampleStart(out, name, style.scheme);
    this.createdStart = new SampleStart(out, baseName(name, type), style.scheme);
  }

  /** Returns the name of the family to which OpenMetrics counts the samples of this family. */
  public static String baseName(String name, MetricType type) {
    return isProperCounter(name, type)
        ? name.substring(0, name.length() - COUNTER_SUFFIX.length())
        : name;
  }

  /** Returns whether a family of this name and type is a counter to OpenMetrics. */
  static boolean isProperCounter(String name, MetricType type) {
    return type == MetricType.COUNTER
        && name.length() > COUNTER_SUFFIX.length()
        && name.endsWith(COUNTER_SUFFIX);
  }

  /** Returns the {@code # HELP} line, if there is a help text, and the {@code # TYPE} line. */
  static byte[] header(String name, @Nullable String help, MetricType type, EscapingScheme scheme) {
    String base = baseName(name, type);
    TextBuffer out = new TextBuffer(64 + 2 * name.length() + (help == null ? 0 : help.length()));
    if (help != null) {
      out.append("# HELP ");
      out.appendMetricName(base, scheme);
      out.append(' ');
      out.appendLabelValue(help);
      out.append('\n');
    }
    out.append("# TYPE ");
    out.appendMetricName(base, scheme);
    out.append(' ');
    out.append(typeWord(name, type));
    out.append('\n');
    return out.toByteArray();
  }

  private static String typeWord(String name, MetricType type) {
    return switch (type) {
      case COUNTER -> isProperCounter(name, type) ? "counter" : "unknown";
      case GAUGE -> "gauge";
      case SUMMARY -> "summary";
      case UNTYPED -> "unknown";
      case HISTOGRAM, GAUGE_HISTOGRAM -> "histogram";
    };
  }

  /**
   * Returns all sample lines of the metrics, in the given order; buckets and quantiles keep theirs.
   *
   * @throws IllegalArgumentException if a metric lacks the value that the type demands
   */
  static byte[] samples(String name, MetricType type, List<Metric> metrics, Style style) {
    TextBuffer out = new TextBuffer(TextWriter.firstCapacity(name, metrics));
    OpenMetricsWriter writer = new OpenMetricsWriter(out, name, type, style);
    for (Metric metric : metrics) {
      writer.writeMetric(type, metric);
    }
    return out.toByteArray();
  }

  /**
   * Returns whether the text format says all of these metrics that OpenMetrics shows: the metrics
   * have no exemplar, no creation time and no count beyond 2^53.
   */
  public static boolean textSaysAll(List<Metric> metrics) {
    for (int i = 0; i < metrics.size(); i++) {
      Metric metric = metrics.get(i);
      boolean says =
          metric.hasHistogram()
              ? textSaysAll(metric.getHistogram())
              : metric.hasSummary()
                  ? textSaysAll(metric.getSummary())
                  : !metric.getCounter().hasExemplar()
                      && !metric.getCounter().hasCreatedTimestamp();
      if (!says) {
        return false;
      }
    }
    return true;
  }

  private static boolean textSaysAll(Summary summary) {
    return !summary.hasCreatedTimestamp() && isExact(summary.getSampleCount());
  }

  private static boolean textSaysAll(Histogram histogram) {
    if (histogram.hasCreatedTimestamp() || !isExact(histogram.getSampleCount())) {
      return false;
    }
    for (int i = 0; i < histogram.getBucketCount(); i++) {
      Bucket bucket = histogram.getBucket(i);
      if (bucket.hasExemplar() || !isExact(bucket.getCumulativeCount())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isExact(long unsignedCount) {
    return unsignedCount >= 0 && unsignedCount <= (long) EXACT;
  }

  private void writeMetric(MetricType type, Metric metric) {
    TextWriter.requireValue(name, type, metric);
    start.startMetric();
    createdStart.startMetric();
    switch (type) {
      case COUNTER -> writeCounter(metric, metric.getCounter(), isProperCounter(name, type));
      case GAUGE -> writePlain(metric, metric.getGauge().getValue());
      case UNTYPED -> writePlain(metric, metric.getUntyped().getValue());
      case SUMMARY -> writeSummary(metric, metric.getSummary());
      case HISTOGRAM, GAUGE_HISTOGRAM -> writeHistogram(metric, metric.getHistogram());
    }
  }

  private void writeCounter(Metric metric, Counter counter, boolean isProper) {
    start.write("", metric);
    out.append(' ');
    out.appendFloat(counter.getValue());
    if (isProper && counter.hasExemplar()) {
      writeExemplar(counter.getExemplar());
    }
    out.append('\n');
    if (isProper && counter.hasCreatedTimestamp()) {
      writeCreated(metric, counter.getCreatedTimestamp());
    }
  }

  private void writePlain(Metric metric, double value) {
    start.write("", metric);
    writeFloat(value);
  }

  private void writeSummary(Metric metric, Summary summary) {
    for (Quantile quantile : summary.getQuantileList()) {
      writeStartAnd("", metric, "quantile", quantile.getQuantile());
      writeFloat(quantile.getValue());
    }
    start.write("_sum", metric);
    writeFloat(summary.getSampleSum());
    start.write("_count", metric);
    writeCount(0, summary.getSampleCount());
    out.append('\n');
    if (summary.hasCreatedTimestamp()) {
      writeCreated(metric, summary.getCreatedTimestamp());
    }
  }

  private void writeHistogram(Metric metric, Histogram histogram) {
    boolean infinitySeen = false;
    for (Bucket bucket : histogram.getBucketList()) {
      infinitySeen |= bucket.getUpperBound() == Double.POSITIVE_INFINITY;
      writeStartAnd("_bucket", metric, "le", bucket.getUpperBound());
      writeCount(bucket.getCumulativeCountFloat(), bucket.getCumulativeCount());
      if (bucket.hasExemplar()) {
        writeExemplar(bucket.getExemplar());
      }
      out.append('\n');
    }
    if (!infinitySeen) {
      writeStartAnd("_bucket", metric, "le", Double.POSITIVE_INFINITY);
      writeCount(histogram.getSampleCountFloat(), histogram.getSampleCount());
      out.append('\n');
    }
    start.write("_sum", metric);
    writeFloat(histogram.getSampleSum());
    start.write("_count", metric);
    writeCount(histogram.getSampleCountFloat(), histogram.getSampleCount());
    out.append('\n');
    if (histogram.hasCreatedTimestamp()) {
      writeCreated(metric, histogram.getCreatedTimestamp());
    }
  }

  private void writeStartAnd(String suffix, Metric metric, String bound, double value) {
    start.writeAnd(suffix, metric, bound);
    out.appendFloat(value);
    out.append("\"}");
  }

  private void writeFloat(double value) {
    out.append(' ');
    out.appendFloat(value);
    out.append('\n');
  }

  /** Returns the float twin of a count, or the count if the twin is 0. */
  private void writeCount(double floatCount, long count) {
    out.append(' ');
    if (floatCount == 0) {
      out.appendUnsigned(count);
    } else {
      appendCount(out, floatCount);
    }
  }

  /** Appends a float count, without a fraction if the count is whole. */
  static void appendCount(TextBuffer out, double count) {
    if (count == Math.rint(count) && Math.abs(count) <= EXACT) {
      out.append((long) count);
    } else {
      out.appendFloat(count);
    }
  }

  private void writeCreated(Metric metric, Timestamp created) {
    if (style.created && isTime(created)) {
      createdStart.write(CREATED_SUFFIX, metric);
      writeFloat(seconds(created));
    }
  }

  private void writeExemplar(Exemplar exemplar) {
    if (exemplar.getLabelCount() == 0) {
      return;
    }
    out.append(" # {");
    SampleStart.appendLabels(out, exemplar.getLabelList(), style.scheme);
    out.append("} ");
    out.appendFloat(exemplar.getValue());
    if (exemplar.hasTimestamp() && isTime(exemplar.getTimestamp())) {
      out.append(' ');
      out.appendFloat(seconds(exemplar.getTimestamp()));
    }
  }

  /** Returns whether the time lies within the years 1 to 9999, as protobuf demands. */
  private static boolean isTime(Timestamp time) {
    return time.getSeconds() >= FIRST_SECOND
        && time.getSeconds() <= LAST_SECOND
        && time.getNanos() >= 0
        && time.getNanos() < NANOS;
  }

  private static double seconds(Timestamp time) {
    return time.getSeconds() + time.getNanos() / NANOS;
  }

  static byte[] end() {
    return END.getBytes(StandardCharsets.US_ASCII);
  }
}
