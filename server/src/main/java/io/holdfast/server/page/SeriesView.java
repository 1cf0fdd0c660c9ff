package io.holdfast.server.page;

import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One series.
 *
 * @param labels without those of its group
 * @param value empty if there is a distribution
 * @param hint the value in other words, such as an age or a size; null if there are none
 * @param isShadowed whether scrapes leave the series out
 */
record SeriesView(
    List<Label> labels,
    String value,
    @Nullable Hint hint,
    List<Distribution> distributions,
    List<ExemplarView> exemplars,
    boolean isShadowed) {

  /**
   * A value in other words.
   *
   * @param age null if the value is no time
   */
  record Hint(String text, @Nullable Age age) {}

  private static final int MAX_EXEMPLARS = 50;
  private static final double EARLIEST = 1e9;
  private static final double LATEST = 5e9;
  private static final double LARGE = 10_240;

  static SeriesView of(
      String family,
      MetricType type,
      Metric metric,
      List<Label> labels,
      boolean isShadowed,
      Instant now) {
    return switch (type) {
      case COUNTER -> counter(family, metric.getCounter(), labels, isShadowed, now);
      case GAUGE ->
          simple(labels, family, metric.getGauge().getValue(), List.of(), isShadowed, now);
      case UNTYPED ->
          simple(labels, family, metric.getUntyped().getValue(), List.of(), isShadowed, now);
      case SUMMARY ->
          new SeriesView(
              labels,
              "",
              null,
              List.of(Distribution.of(metric.getSummary())),
              List.of(),
              isShadowed);
      case HISTOGRAM, GAUGE_HISTOGRAM -> histogram(metric.getHistogram(), labels, isShadowed, now);
    };
  }

  private static SeriesView counter(
      String family, Counter counter, List<Label> labels, boolean isShadowed, Instant now) {
    List<ExemplarView> exemplars =
        counter.hasExemplar() ? List.of(ExemplarView.of(counter.getExemplar(), now)) : List.of();
    return simple(labels, family, counter.getValue(), exemplars, isShadowed, now);
  }

  private static SeriesView simple(
      List<Label> labels,
      String family,
      double value,
      List<ExemplarView> exemplars,
      boolean isShadowed,
      Instant now) {
    return new SeriesView(
        labels, Numbers.value(value), hint(family, value, now), List.of(), exemplars, isShadowed);
  }

  private static @Nullable Hint hint(String family, double value, Instant now) {
    if (family.endsWith("_bytes") && value >= LARGE && value < 1e18) {
      return new Hint(Numbers.bytes((long) value), null);
    }
    boolean mayBeTime = family.endsWith("_seconds") || family.contains("timestamp");
    if (mayBeTime && value >= EARLIEST && value < LATEST) {
      Age age = Age.of(Instant.ofEpochMilli(Math.round(value * 1e3)), now);
      return new Hint(age.words(), age);
    }
    return null;
  }

  private static SeriesView histogram(
      Histogram histogram, List<Label> labels, boolean isShadowed, Instant now) {
    List<Distribution> distributions = new ArrayList<>();
    boolean isNative = NativeBuckets.isNative(histogram);
    if (histogram.getBucketCount() > 0 || !isNative) {
      distributions.add(Distribution.classic(histogram, now));
    }
    if (isNative) {
      distributions.add(Distribution.ofNative(histogram));
    }
    List<ExemplarView> exemplars =
        histogram.getExemplarsList().stream()
            .limit(MAX_EXEMPLARS)
            .map(exemplar -> ExemplarView.of(exemplar, now))
            .toList();
    return new SeriesView(labels, "", null, distributions, exemplars, isShadowed);
  }

  /** Returns the approximate number of lines on a page. */
  int lines() {
    int size = labels.stream().mapToInt(Label::size).sum();
    size += exemplars.stream().mapToInt(ExemplarView::size).sum();
    int lines = 1;
    for (Distribution part : distributions) {
      lines += part.lines().size();
      size += part.exemplarSize();
    }
    return lines + size / Label.LINE;
  }

  /** Returns the value of a label; empty if the series has no such label. */
  String label(String name) {
    for (Label label : labels) {
      if (label.name().equals(name)) {
        return label.shown();
      }
    }
    return "";
  }
}
