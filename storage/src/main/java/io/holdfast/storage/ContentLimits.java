package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.Rejection.Reason;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one push. States from peers are not checked, because another node has accepted
 * them.
 *
 * @param textBytes the estimated text of the push in a scrape; each bucket repeats the labels, and
 *     each series repeats the grouping labels
 * @param series the maximum number of series
 * @param labels the maximum number of labels of a series, with those of its group
 * @param nameLength the maximum length of metric and label names, in characters
 * @param labelValueLength the maximum length of label values, in characters
 * @param helpLength the maximum length of HELP texts, in characters
 */
public record ContentLimits(
    long textBytes, int series, int labels, int nameLength, int labelValueLength, int helpLength) {

  /** Returns limits that bound the text alone. */
  public static ContentLimits ofText(long textBytes) {
    int any = Integer.MAX_VALUE;
    return new ContentLimits(textBytes, any, any, any, any, any);
  }

  /** Returns which limit the families exceed, or null. */
  @Nullable Rejection check(GroupKey group, List<MetricFamily> families) {
    // Most encoded keys are shorter than the limit of a single name or value. Those keys need no
    // check.
    boolean isShort = group.encoded().length <= Math.min(nameLength, labelValueLength);
    Map<String, String> grouping = group.labels();
    Rejection rejection = checkCount(grouping.size(), "the group");
    if (rejection == null && !isShort) {
      rejection = checkLabels(grouping);
    }
    long count = 0;
    for (MetricFamily family : families) {
      count += family.getMetricCount();
      if (rejection == null) {
        rejection = checkNames(family, grouping.size());
      }
    }
    if (count > series) {
      return new Rejection(
          Reason.TOO_MANY_SERIES, count + " series (expected: at most " + series + " in a push)");
    }
    return rejection == null ? checkText(group, families) : rejection;
  }

  private @Nullable Rejection checkLabels(Map<String, String> grouping) {
    for (var label : grouping.entrySet()) {
      Rejection rejection = checkLabel(label.getKey(), label.getValue());
      if (rejection != null) {
        return rejection;
      }
    }
    return null;
  }

  private @Nullable Rejection checkNames(MetricFamily family, int groupingLabels) {
    if (family.getName().length() > nameLength) {
      return tooLongName("metric", family.getName());
    }
    if (family.getHelp().length() > helpLength) {
      return new Rejection(
          Reason.HELP_TOO_LONG,
          "metric "
              + family.getName()
              + " has a help of "
              + family.getHelp().length()
              + " characters (expected: at most "
              + helpLength
              + ")");
    }
    for (Metric metric : family.getMetricList()) {
      // The count comes first, because the next checks examine and sort each label.
      Rejection tooMany =
          checkCount((long) metric.getLabelCount() + groupingLabels, "a series with its group");
      if (tooMany != null) {
        return tooMany;
      }
      for (LabelPair label : metric.getLabelList()) {
        Rejection rejection = checkLabel(label.getName(), label.getValue());
        if (rejection != null) {
          return rejection;
        }
      }
    }
    return null;
  }

  private @Nullable Rejection checkCount(long count, String whose) {
    if (count <= labels) {
      return null;
    }
    return new Rejection(
        Reason.TOO_MANY_LABELS,
        whose + " has " + count + " labels (expected: at most " + labels + ")");
  }

  private @Nullable Rejection checkLabel(String name, String value) {
    if (name.length() > nameLength) {
      return tooLongName("label", name);
    }
    if (value.length() <= labelValueLength) {
      return null;
    }
    return new Rejection(
        Reason.LABEL_VALUE_TOO_LONG,
        "label "
            + name
            + " has a value of "
            + value.length()
            + " characters (expected: at most "
            + labelValueLength
            + ")");
  }

  private Rejection tooLongName(String what, String name) {
    return new Rejection(
        Reason.NAME_TOO_LONG,
        what
            + " name of "
            + name.length()
            + " characters: \""
            + name.substring(0, Math.min(nameLength, 40))
            + "...\" (expected: at most "
            + nameLength
            + ")");
  }

  private @Nullable Rejection checkText(GroupKey group, List<MetricFamily> families) {
    long bytes = 0;
    for (MetricFamily family : families) {
      bytes += TextSize.estimate(family, group.encoded().length);
    }
    if (bytes <= textBytes) {
      return null;
    }
    return new Rejection(
        Reason.TOO_LARGE,
        "a scrape of these metrics would be about "
            + bytes
            + " bytes (expected: at most "
            + textBytes
            + "): push less at once, or with shorter labels");
  }
}
