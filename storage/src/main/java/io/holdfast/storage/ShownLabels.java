package io.holdfast.storage;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.LabelPair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Labels as a scrape of text shows them, which has underscores for what its format does not allow:
 * that is what tells series apart, and what must not be there twice.
 */
final class ShownLabels {
  static final Comparator<LabelPair> BY_NAME = Comparator.comparing(LabelPair::getName);
  private static final Comparator<LabelPair> BY_PLAIN_NAME =
      Comparator.comparing(label -> TextWriter.plainLabelName(label.getName()));

  private ShownLabels() {}

  /**
   * The very list if all names are plain, otherwise another, sorted by the names that are shown.
   *
   * @param labels sorted by name
   */
  static List<LabelPair> of(List<LabelPair> labels) {
    if (arePlain(labels)) {
      return labels;
    }
    List<LabelPair> shown = new ArrayList<>(labels.size());
    for (LabelPair label : labels) {
      String name = TextWriter.plainLabelName(label.getName());
      shown.add(label.toBuilder().setName(name).build());
    }
    shown.sort(BY_PLAIN_NAME);
    return shown;
  }

  private static boolean arePlain(List<LabelPair> labels) {
    for (int i = 0; i < labels.size(); i++) {
      if (!NameRule.LEGACY.isLabelName(labels.get(i).getName())) {
        return false;
      }
    }
    return true;
  }

  /** The labels themselves, in the order in which they are shown. */
  static List<LabelPair> inOrder(List<LabelPair> labels) {
    List<LabelPair> sorted = new ArrayList<>(labels);
    sorted.sort(BY_PLAIN_NAME);
    return sorted;
  }
}
