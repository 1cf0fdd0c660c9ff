package io.holdfast.server.page;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.Shadows;
import io.holdfast.storage.Shadows.Shadow;
import io.holdfast.storage.StoredFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * A metric of a group with some of its series, in the order of the push.
 *
 * @param name shortened to the bound of a page
 * @param pushedName the complete name
 * @param underscores the name for scrapers that know plain names alone
 * @param columns names of the labels that have a column each; empty if there are too many
 * @param from the number of series before the first one shown
 * @param all the number of all series
 * @param shadowed the number of series that scrapes leave out
 * @param shadows the reasons, for the series shown
 */
record FamilyView(
    String name,
    String pushedName,
    String underscores,
    String type,
    String help,
    Age pushed,
    List<String> columns,
    List<SeriesView> series,
    int from,
    int all,
    int shadowed,
    List<ShadowView> shadows,
    List<LeftOutView> leftOut) {

  private static final int MAX_COLUMNS = 6;
  private static final int MAX_SHADOWS = 3;

  /**
   * The series that scrapes with one escaping leave out, because they look like older ones there.
   *
   * @param escaping as scrapers ask for it
   */
  record LeftOutView(String escaping, int series) {
    static List<LeftOutView> of(StoredFamily family, Exposition exposition) {
      List<LeftOutView> leftOut = new ArrayList<>();
      for (EscapingScheme scheme : EscapingScheme.values()) {
        int series = exposition.leftOutSeries(family, scheme);
        if (series > 0) {
          leftOut.add(new LeftOutView(scheme.term(), series));
        }
      }
      return leftOut;
    }
  }

  /**
   * The range of series to show.
   *
   * @param maxLines the last series shown is the one that reaches this number
   */
  record Range(int from, int limit, int maxLines) {}

  static FamilyView of(
      StoredFamily family,
      Exposition exposition,
      SortedMap<String, String> groupLabels,
      Range range,
      Instant now) {
    String name = family.name();
    Shadows shadows = exposition.shadows(family);
    List<SeriesView> series = new ArrayList<>();
    Set<ShadowView> reasons = new LinkedHashSet<>();
    Iterator<Metric> metrics = family.metrics();
    int lines = 0;
    for (int i = 0;
        i < range.from + range.limit && lines < range.maxLines && metrics.hasNext();
        i++) {
      Metric metric = metrics.next();
      if (i >= range.from) {
        Optional<Shadow> shadow = shadows.of(metric);
        if (reasons.size() < MAX_SHADOWS) {
          shadow.map(ShadowView::of).ifPresent(reasons::add);
        }
        List<Label> labels = Label.first(labels(metric, groupLabels));
        SeriesView one =
            SeriesView.of(name, family.type(), metric, labels, shadow.isPresent(), now);
        series.add(one);
        lines += one.lines();
      }
    }
    return new FamilyView(
        Label.bounded(name),
        name,
        Label.bounded(EscapingScheme.UNDERSCORES.metricName(name)),
        type(family.type()),
        Label.bounded(family.help().orElse("")),
        Age.of(family.pushedAt(), now),
        columns(series),
        series,
        range.from,
        family.series(),
        family.shadowedSeries(),
        List.copyOf(reasons),
        LeftOutView.of(family, exposition));
  }

  private static String type(MetricType type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Returns the labels without those that every series of the group shares. */
  private static List<Label> labels(Metric metric, SortedMap<String, String> groupLabels) {
    List<Label> labels = new ArrayList<>();
    for (LabelPair label : metric.getLabelList()) {
      boolean isImplied = label.getName().equals("instance") && label.getValue().isEmpty();
      if (!isImplied && !groupLabels.containsKey(label.getName())) {
        labels.add(new Label(label.getName(), label.getValue()));
      }
    }
    return labels;
  }

  private static List<String> columns(List<SeriesView> series) {
    Set<String> names = new TreeSet<>();
    series.forEach(one -> one.labels().forEach(label -> names.add(label.name())));
    return names.size() > MAX_COLUMNS ? List.of() : List.copyOf(names);
  }

  /** Returns whether each series is a line of a table, and not a table itself. */
  boolean isSimple() {
    return !type.equals("summary") && !type.endsWith("histogram");
  }

  /** Returns the approximate number of lines on a page. */
  int lines() {
    return 2 + help.length() / Label.LINE + series.stream().mapToInt(SeriesView::lines).sum();
  }

  /**
   * Returns whether the metric is one series without its own labels, so that no table is needed.
   */
  boolean isSingle() {
    return isSimple() && all == 1 && series.size() == 1 && series.get(0).labels().isEmpty();
  }

  boolean hasLabels() {
    return series.stream().anyMatch(one -> !one.labels().isEmpty());
  }

  boolean hasExemplars() {
    return series.stream().anyMatch(one -> !one.exemplars().isEmpty());
  }

  boolean isComplete() {
    return series.size() == all;
  }

  int last() {
    return from + series.size();
  }
}
