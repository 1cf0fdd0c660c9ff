package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.Excerpt;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.OpenMetricsWriter;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Descriptor.Traits;
import io.holdfast.storage.Rejection.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of a push that needs no other push. Labels are sanitised, defects are found, samples are
 * rendered, messages encoded and series hashed. All of this runs on the thread of the request. The
 * writer only compares and commits.
 */
public final class PushPreparation {
  /** The order of series in a scrape: by label names and values. */
  private static final Comparator<Metric> BY_LABELS =
      (one, other) -> compareLabels(one.getLabelList(), other.getLabelList());

  /** A rejection on its way out of nested calls. */
  @SuppressWarnings("serial") // Never leaves this class.
  private static final class Defect extends Exception {
    final Rejection rejection;

    Defect(Reason reason, String message) {
      super(message, null, false, false);
      this.rejection = new Rejection(reason, message);
    }
  }

  /** The limit of a description. Labels beyond it are left out. */
  private static final int LONGEST_DESCRIPTION = 2048;

  private PushPreparation() {}

  /** Prepares a push whose preparation is never broken off. */
  public static Change prepare(
      GroupKey group,
      boolean replace,
      long receivedAtNanos,
      List<MetricFamily> families,
      ContentLimits limits) {
    return prepare(group, replace, receivedAtNanos, families, limits, () -> {});
  }

  /**
   * Returns the change for these families: a {@link Change.Push}, or a {@link Change.FailedPush} if
   * they have a defect. The change has no time to live, see {@link Change#withTtl}.
   *
   * @param replace whether the group's other families go (PUT) or stay (POST)
   * @param receivedAtNanos nanoseconds since 1970
   * @param families with distinct, non-empty names
   * @param step called between pieces of the work; may end it by an exception
   */
  public static Change prepare(
      GroupKey group,
      boolean replace,
      long receivedAtNanos,
      List<MetricFamily> families,
      ContentLimits limits,
      Runnable step) {
    Rejection tooMuch = limits.check(group, families);
    if (tooMuch != null) {
      return new Change.FailedPush(group, receivedAtNanos, tooMuch, 0);
    }
    try {
      rejectTimestamps(families);
      Sanitiser sanitiser = new Sanitiser(group);
      SortedMap<String, PushedFamily> pushed = new TreeMap<>();
      for (MetricFamily family : families) {
        if (!PushTimes.isReserved(family.getName())) {
          pushed.put(family.getName(), prepare(family, sanitiser, step));
        }
      }
      return new Change.Push(group, replace, receivedAtNanos, pushed, 0);
    } catch (Defect defect) {
      return new Change.FailedPush(group, receivedAtNanos, defect.rejection, 0);
    }
  }

  /** Sorts metrics that have passed {@link #prepare} into the order of a scrape. */
  static List<Metric> inOrder(List<Metric> sanitised) {
    List<Metric> series = new ArrayList<>(sanitised);
    series.sort(BY_LABELS);
    return series;
  }

  /** Returns a family from the disk, where every family has passed {@link #prepare}. */
  static PushedFamily restore(MetricFamily sanitised) {
    return render(sanitised, inOrder(sanitised.getMetricList()));
  }

  private static void rejectTimestamps(List<MetricFamily> families) throws Defect {
    for (MetricFamily family : families) {
      for (Metric metric : family.getMetricList()) {
        if (metric.hasTimestampMs()) {
          throw new Defect(
              Reason.TIMESTAMP,
              "pushed metrics must not have timestamps, but "
                  + describe(family.getName(), metric.getLabelList())
                  + " has timestamp "
                  + metric.getTimestampMs());
        }
      }
    }
  }

  private static PushedFamily prepare(MetricFamily family, Sanitiser sanitiser, Runnable step)
      throws Defect {
    checkFamily(family);
    MetricFamily.Builder sanitised = family.toBuilder().clearMetric();
    List<Metric> series = new ArrayList<>(family.getMetricCount());
    for (Metric metric : family.getMetricList()) {
      step.run();
      List<LabelPair> labels = sanitiser.labels(metric.getLabelList());
      checkMetric(family, metric, labels);
      Metric kept = metric.toBuilder().clearLabel().addAllLabel(labels).build();
      sanitised.addMetric(kept);
      series.add(kept);
    }
    series.sort(BY_LABELS);
    rejectDuplicates(family.getName(), series);
    return render(sanitised.build(), series);
  }

  private static PushedFamily render(MetricFamily family, List<Metric> series) {
    String name = family.getName();
    boolean isNamePlain = NameRule.LEGACY.isMetricName(name);
    boolean isPlain = isNamePlain;
    SeriesHash hasher = new SeriesHash(name, family.getType());
    long[] hashes = new long[series.size()];
    for (int i = 0; i < hashes.length; i++) {
      List<LabelPair> labels = series.get(i).getLabelList();
      hashes[i] = hasher.of(labels);
      isPlain = isPlain && NameRule.LEGACY.areLabelNames(labels);
    }
    Traits traits = new Traits(isNamePlain, isPlain, OpenMetricsWriter.textSaysAll(series));
    return new PushedFamily(
        new Descriptor(name, family.getType(), family.hasHelp() ? family.getHelp() : null, traits),
        family.toByteArray(),
        TextWriter.samples(name, family.getType(), series, EscapingScheme.ALLOW_UTF8),
        hashes,
        isPlain ? null : Looks.of(family.getName(), family.getType(), series, hashes));
  }

  private static void checkFamily(MetricFamily family) throws Defect {
    if (!isWellFormed(family.getName()) && !family.getNameBytes().isValidUtf8()) {
      throw new Defect(
          Reason.BAD_METRIC,
          "metric family name " + quote(family.getName()) + " is not valid UTF-8");
    }
  }

  private static void checkMetric(MetricFamily family, Metric metric, List<LabelPair> labels)
      throws Defect {
    if (!hasValueOf(family.getType(), metric)) {
      throw new Defect(
          Reason.BAD_METRIC,
          "collected metric "
              + describe(family.getName(), labels)
              + " is not a "
              + family.getType());
    }
    @Nullable String previous = null;
    for (int i = 0; i < labels.size(); i++) {
      LabelPair label = labels.get(i);
      String problem = problemOf(family.getType(), label, previous);
      if (problem != null) {
        throw new Defect(
            Reason.BAD_LABELS,
            "collected metric " + describe(family.getName(), labels) + " " + problem);
      }
      previous = label.getName();
    }
    if (metric.hasHistogram()) {
      checkSpans(family.getName(), metric.getHistogram(), labels);
    }
  }

  private static boolean hasValueOf(MetricType type, Metric metric) {
    return switch (type) {
      case COUNTER -> metric.hasCounter();
      case GAUGE -> metric.hasGauge();
      case SUMMARY -> metric.hasSummary();
      case UNTYPED -> metric.hasUntyped();
      case HISTOGRAM, GAUGE_HISTOGRAM -> metric.hasHistogram();
    };
  }

  private static @Nullable String problemOf(
      MetricType type, LabelPair label, @Nullable String previous) {
    String name = label.getName();
    if (name.equals(previous)) {
      return "has two or more labels with the same name: " + name;
    }
    if (name.isEmpty()
        || name.startsWith("__")
        || (!isWellFormed(name) && !label.getNameBytes().isValidUtf8())) {
      return "has a label with an invalid name: "
          + quote(name)
          + " (expected: valid UTF-8, not empty, not starting with \"__\")";
    }
    // A text scrape writes these two labels itself. A repeated label would make Prometheus drop the
    // whole scrape.
    if (name.equals("quantile") && type == MetricType.SUMMARY) {
      return "must not have an explicit \"quantile\" label";
    }
    if (name.equals("le") && (type == MetricType.HISTOGRAM || type == MetricType.GAUGE_HISTOGRAM)) {
      return "must not have an explicit \"le\" label";
    }
    if (!isWellFormed(label.getValue()) && !label.getValueBytes().isValidUtf8()) {
      return "has a label named " + quote(name) + " whose value is not utf8";
    }
    return null;
  }

  /**
   * Returns whether the text can only have come from valid UTF-8. Otherwise the caller must check
   * the bytes. Decoding puts a replacement character for malformed bytes, but a client can also
   * send that character.
   */
  private static boolean isWellFormed(String decoded) {
    return decoded.indexOf('\uFFFD') < 0;
  }

  /** Checks that a native histogram has a count for each bucket that its spans announce. */
  private static void checkSpans(String family, Histogram histogram, List<LabelPair> labels)
      throws Defect {
    checkSpans(
        family,
        labels,
        "positive",
        histogram.getPositiveSpanList(),
        histogram.getPositiveDeltaCount(),
        histogram.getPositiveCountCount());
    checkSpans(
        family,
        labels,
        "negative",
        histogram.getNegativeSpanList(),
        histogram.getNegativeDeltaCount(),
        histogram.getNegativeCountCount());
  }

  private static void checkSpans(
      String family,
      List<LabelPair> labels,
      String side,
      List<BucketSpan> spans,
      int deltas,
      int counts)
      throws Defect {
    long announced = 0;
    for (BucketSpan span : spans) {
      announced += Integer.toUnsignedLong(span.getLength());
    }
    int brought = Math.max(deltas, counts);
    if (announced != brought) {
      throw new Defect(
          Reason.BAD_METRIC,
          "collected metric "
              + describe(family, labels)
              + " has "
              + brought
              + " "
              + side
              + " buckets (expected: "
              + announced
              + ", as its spans say)");
    }
  }

  private static void rejectDuplicates(String family, List<Metric> series) throws Defect {
    for (int i = 1; i < series.size(); i++) {
      List<LabelPair> labels = series.get(i).getLabelList();
      if (compareLabels(series.get(i - 1).getLabelList(), labels) == 0) {
        throw new Defect(
            Reason.DUPLICATE_SERIES,
            "collected metric "
                + describe(family, labels)
                + " was collected before with the same name and label values");
      }
    }
  }

  private static int compareLabels(List<LabelPair> one, List<LabelPair> other) {
    int common = Math.min(one.size(), other.size());
    for (int i = 0; i < common; i++) {
      int byName = one.get(i).getName().compareTo(other.get(i).getName());
      if (byName != 0) {
        return byName;
      }
      int byValue = one.get(i).getValue().compareTo(other.get(i).getValue());
      if (byValue != 0) {
        return byValue;
      }
    }
    return Integer.compare(one.size(), other.size());
  }

  private static String describe(String family, List<LabelPair> labels) {
    StringBuilder text = new StringBuilder(Excerpt.of(family)).append('{');
    for (LabelPair label : labels) {
      if (text.length() > LONGEST_DESCRIPTION) {
        text.append("...");
        break;
      }
      if (text.charAt(text.length() - 1) != '{') {
        text.append(',');
      }
      text.append(Excerpt.of(label.getName())).append('=').append(quote(label.getValue()));
    }
    return text.append('}').toString();
  }

  private static String quote(String text) {
    String shown = Excerpt.of(text);
    return '"' + shown.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"';
  }
}
