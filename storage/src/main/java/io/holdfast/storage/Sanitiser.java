package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The step that gives every metric of a push the labels of its group. Grouping labels replace
 * labels of the same name. A metric without an {@code instance} label gets an empty one, so that
 * Prometheus does not attach its own. The labels are sorted by name.
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

  /** Returns the labels of a metric without own labels, sorted by name. */
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
   * Returns the labels that are stored with a metric. A label name that the metric repeats stays
   * repeated.
   *
   * @param own the metric's own labels; each is examined once
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
