package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import java.util.List;

/**
 * The writer of the first part of a text line: the name and the labels of a sample. All lines of a
 * metric have equal labels, which are rendered once and then repeated. Confined to one thread: each
 * writer of a text has its own object.
 */
final class SampleStart {
  private final TextBuffer out;
  private final EscapingScheme scheme;

  /** The name as shown. */
  private final String name;

  /** True if the name stands in quotes among the labels. */
  private final boolean isQuoted;

  /** The place where the current metric's labels were written first; below 0 before that. */
  private int labelsStart = -1;

  private int labelsEnd;

  /**
   * @param name as pushed
   */
  SampleStart(TextBuffer out, String name, EscapingScheme scheme) {
    this.out = out;
    this.scheme = scheme;
    this.name = scheme.metricName(name);
    this.isQuoted = scheme == EscapingScheme.ALLOW_UTF8 && !NameRule.LEGACY.isMetricName(name);
  }

  /** Begins another metric. */
  void startMetric() {
    labelsStart = -1;
  }

  /** Appends the name, this suffix, and all labels. */
  void write(String suffix, Metric metric) {
    if (open(suffix, metric)) {
      out.append('}');
    }
  }

  /**
   * Appends name, suffix and labels, then another label. The caller writes its value and a quote.
   */
  void writeAnd(String suffix, Metric metric, String label) {
    out.append(open(suffix, metric) ? ',' : '{');
    out.append(label);
    out.append("=\"");
  }

  /** Returns whether a brace was opened and something written behind it. */
  private boolean open(String suffix, Metric metric) {
    boolean hasLabels = metric.getLabelCount() > 0;
    if (isQuoted) {
      out.append("{\"");
      out.appendLabelValue(name);
      out.append(suffix);
      out.append(hasLabels ? "\"," : "\"");
    } else {
      out.append(name);
      out.append(suffix);
      if (hasLabels) {
        out.append('{');
      }
    }
    if (hasLabels) {
      writeLabels(metric);
    }
    return hasLabels || isQuoted;
  }

  private void writeLabels(Metric metric) {
    if (labelsStart >= 0) {
      out.repeat(labelsStart, labelsEnd);
      return;
    }
    labelsStart = out.size();
    appendLabels(out, metric.getLabelList(), scheme);
    labelsEnd = out.size();
  }

  static void appendLabels(TextBuffer out, List<LabelPair> labels, EscapingScheme scheme) {
    // Rendering at push time takes this way, without making objects.
    String[] names =
        scheme == EscapingScheme.ALLOW_UTF8 || NameRule.LEGACY.areLabelNames(labels)
            ? null
            : scheme.labelNames(labels);
    for (int i = 0; i < labels.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      out.appendShownLabelName(names == null ? labels.get(i).getName() : names[i]);
      out.append("=\"");
      out.appendLabelValue(labels.get(i).getValue());
      out.append('"');
    }
  }
}
