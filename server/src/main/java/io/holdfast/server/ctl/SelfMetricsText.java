package io.holdfast.server.ctl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** The server's metrics of itself, from a scrape in the text format. */
final class SelfMetricsText {
  private final Map<String, Double> samples = new LinkedHashMap<>();

  SelfMetricsText(String text) {
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int blank = line.lastIndexOf(' ');
              if (blank > 0) {
                samples.put(line.substring(0, blank), number(line.substring(blank + 1)));
              }
            });
  }

  private static double number(String text) {
    try {
      return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  boolean isEmpty() {
    return samples.isEmpty();
  }

  /** Returns the value of a sample. */
  OptionalDouble value(String nameAndLabels) {
    Double value = samples.get(nameAndLabels);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Returns the values of a family with one label, by the label's value. */
  Map<String, Double> byLabel(String name, String label) {
    String start = name + "{" + label + "=\"";
    Map<String, Double> values = new LinkedHashMap<>();
    samples.forEach(
        (sample, value) -> {
          if (sample.startsWith(start) && sample.endsWith("\"}")) {
            values.put(sample.substring(start.length(), sample.length() - 2), value);
          }
        });
    return values;
  }
}
