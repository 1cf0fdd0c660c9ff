package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives every metric of a push the labels of its group: they overwrite labels of the same name, and
 * a metric without an {@code instance} label gets an empty one, so that the scraping Prometheus
 * does not attach its own. Labels come out sorted by name.
 */
final class Sanitiser {
  private static final String INSTANCE = "instance";
  private static final Comparator<LabelPair> BY_NAME = Comparator.comparing(LabelPair::getName);
  private static final LabelPair EMPTY_INSTANCE = pair(INSTANCE, "");

  private final Map<String, String> groupingLabels;
  private final List<LabelPair> groupLabels;

  Sanitiser(GroupKey group) {
    this.groupingLabels = group.labels();
    this.groupLabels = groupLabels(group);
  }

  /** The labels of a metric that brings none itself, sorted by name. */
  static List<LabelPair> groupLabels(GroupKey group) {
    Map<String, String> labels = group.labels();
    List<LabelPair> pairs = new ArrayList<>(labels.size() + 1);
    labels.forEach((name, value) -> pairs.add(pair(name, value)));
    if (!labels.containsKey(INSTANCE)) {
      pairs.add(EMPTY_INSTANCE);
      pairs.sort(BY_NAME);
    }
    return pairs;
  }

  /**
   * The labels that a metric is kept with. A label name that it repeats stays repeated.
   *
   * @param own that the metric brings; each is looked at once
   */
  List<LabelPair> labels(List<LabelPair> own) {
    if (own.isEmpty()) {
      return groupLabels;
    }
    List<LabelPair> labels = new ArrayList<>(groupLabels.size() + own.size());
    boolean bringsInstance = false;
    Set<String> overwritten = new HashSet<>();
    for (int i = 0; i < own.size(); i++) {
      LabelPair label = own.get(i);
      if (!groupingLabels.containsKey(label.getName()) || !overwritten.add(label.getName())) {
        labels.add(label);
        bringsInstance |= label.getName().equals(INSTANCE);
      }
    }
    for (LabelPair label : groupLabels) {
      boolean isMereDefault =
          label.getName().equals(INSTANCE) && !groupingLabels.containsKey(INSTANCE);
      if (!isMereDefault || !bringsInstance) {
        labels.add(label);
      }
    }
    labels.sort(BY_NAME);
    return labels;
  }

  private static LabelPair pair(String name, String value) {
    return LabelPair.newBuilder().setName(name).setValue(value).build();
  }
}
