package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.Rejection.Reason;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much one push may hold. What has come from other nodes is not asked: they have let it in.
 *
 * @param textBytes what a scrape may have to send of it, about: labels are written with every
 *     bucket and grouping labels with every series, so that a small body can become very much
 * @param series at most so many
 * @param labels of one series, those of its group with them
 * @param nameLength of metric and label names, in characters
 * @param labelValueLength in characters
 * @param helpLength in characters
 */
public record ContentLimits(
    long textBytes, int series, int labels, int nameLength, int labelValueLength, int helpLength) {

  /** No limit but that of the text. */
  public static ContentLimits ofText(long textBytes) {
    int any = Integer.MAX_VALUE;
    return new ContentLimits(textBytes, any, any, any, any, any);
  }

  /** What is too much of these, or null. */
  @Nullable Rejection check(GroupKey group, List<MetricFamily> families) {
    // Most keys are shorter as a whole than any of their parts may be.
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
      // Before anybody looks at the labels one by one, or sorts them.
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
