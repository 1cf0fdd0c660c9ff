package io.holdfast.server.ctl;

import io.holdfast.proto.NameRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The text format of a group in the API's JSON. Facts about the group are comments, so that the
 * output can be pushed again.
 */
final class GroupText {
  private final Console console;

  GroupText(Console console) {
    this.console = console;
  }

  void print(Map<String, Object> group) throws IOException {
    GroupRow row = GroupRow.of(group);
    comment("group " + row.name());
    comment("last push: " + row.time("last_push").map(Object::toString).orElse("never"));
    if (!row.isLastPushSuccessful()) {
      comment(
          "last push failed: "
              + row.time("last_push_failure").map(Object::toString).orElse("")
              + " "
              + Json.text(group, "last_push_failure_reason").orElse("(reason unknown)"));
    }
    if (row.time("expires_at").isPresent()) {
      comment("expires: " + row.time("expires_at").map(Object::toString).orElse(""));
    }
    for (Map.Entry<String, Map<String, Object>> family : ApiGroup.families(group).entrySet()) {
      print(family.getKey(), family.getValue());
    }
  }

  private void comment(String text) throws IOException {
    console.print("# " + Table.printable(text));
  }

  private void print(String name, Map<String, Object> family) throws IOException {
    String help = Json.text(family, "help").orElse("");
    String shown = isPlain(name) ? name : quote(name);
    if (!help.isEmpty()) {
      console.print("# HELP " + shown + " " + help.replace("\\", "\\\\").replace("\n", "\\n"));
    }
    String type = Json.text(family, "type").orElse("UNTYPED");
    console.print("# TYPE " + shown + " " + type.toLowerCase(Locale.ROOT));
    for (Map<String, Object> metric : Json.objects(family, "metrics")) {
      print(name, type, metric);
    }
  }

  private void print(String name, String type, Map<String, Object> metric) throws IOException {
    Map<String, Object> labels = new TreeMap<>(Json.object(metric, "labels").orElse(Map.of()));
    String count = Json.text(metric, "count").orElse("0");
    String sum = Json.text(metric, "sum").orElse("0");
    switch (type) {
      case "SUMMARY" -> {
        bounds(name, "quantile", labels, Json.object(metric, "quantiles").orElse(Map.of()));
        sample(name + "_sum", labels, sum);
        sample(name + "_count", labels, count);
      }
      case "HISTOGRAM" -> {
        if (metric.get("buckets") instanceof List<?>) {
          comment("native histogram, shown without its buckets; -o json has them");
        }
        bounds(name + "_bucket", "le", labels, Json.object(metric, "buckets").orElse(Map.of()));
        sample(name + "_sum", labels, sum);
        sample(name + "_count", labels, count);
      }
      default -> sample(name, labels, Json.text(metric, "value").orElse("0"));
    }
  }

  private void bounds(
      String name, String label, Map<String, Object> labels, Map<String, Object> values)
      throws IOException {
    List<String> sorted = new ArrayList<>(values.keySet());
    sorted.sort(Comparator.comparingDouble(GroupText::number));
    for (String bound : sorted) {
      Map<String, Object> with = new TreeMap<>(labels);
      with.put(label, bound);
      sample(name, with, String.valueOf(values.get(bound)));
    }
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      case "NaN" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  private void sample(String name, Map<String, Object> labels, String value) throws IOException {
    List<String> parts = new ArrayList<>();
    if (!isPlain(name)) {
      parts.add(quote(name));
    }
    labels.forEach((label, text) -> parts.add(label(label) + "=" + quote(String.valueOf(text))));
    String braces = parts.isEmpty() ? "" : "{" + String.join(",", parts) + "}";
    console.print((isPlain(name) ? name : "") + braces + " " + value);
  }

  private static String label(String name) {
    return NameRule.LEGACY.isLabelName(name) ? name : quote(name);
  }

  private static boolean isPlain(String name) {
    return NameRule.LEGACY.isMetricName(name);
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"';
  }
}
