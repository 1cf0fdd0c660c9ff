package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the store should do, by the plainest means: every group's messages in a map, and a push is
 * checked by gathering everything as it would be afterwards, by the rules that the Pushgateway gets
 * from its client library ({@code checkSuffixCollisions}, {@code checkMetricConsistency}).
 *
 * <p>Knows no shadowing: what it holds is consistent.
 */
final class WholeState {
  private static final class Content {
    final TreeMap<String, MetricFamily> families = new TreeMap<>();
    double pushed;
    double failed;

    Content copy() {
      Content copy = new Content();
      copy.families.putAll(families);
      copy.pushed = pushed;
      copy.failed = failed;
      return copy;
    }
  }

  private final Map<String, MetricType> reserved;
  private TreeMap<GroupKey, Content> groups = new TreeMap<>();

  WholeState(Map<String, MetricType> reserved) {
    this.reserved = reserved;
  }

  /** Whether the change is accepted. */
  boolean apply(Change change) {
    if (change instanceof Change.Push push) {
      TreeMap<GroupKey, Content> before = new TreeMap<>(groups);
      put(push);
      if (problem() == null) {
        return true;
      }
      groups = before;
      fail(push.group(), push.receivedAtNanos());
      return false;
    }
    if (change instanceof Change.FailedPush failed) {
      fail(failed.group(), failed.receivedAtNanos());
      return false;
    }
    if (change instanceof Change.Delete delete) {
      groups.remove(delete.group());
    } else {
      groups.clear();
    }
    return true;
  }

  private Content editable(GroupKey group) {
    Content content = groups.containsKey(group) ? groups.get(group).copy() : new Content();
    groups.put(group, content);
    return content;
  }

  private void fail(GroupKey group, long nanos) {
    editable(group).failed = nanos / 1e9;
  }

  private void put(Change.Push push) {
    Content content = editable(push.group());
    if (push.replace()) {
      content.families.clear();
    }
    content.pushed = push.receivedAtNanos() / 1e9;
    push.families().forEach((name, family) -> content.families.put(name, decoded(family)));
  }

  static MetricFamily decoded(PushedFamily family) {
    try {
      return MetricFamily.parseFrom(family.encoded());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Nullable String problem() {
    Map<String, Set<MetricType>> types = new HashMap<>();
    Set<List<Object>> series = new HashSet<>();
    reserved.forEach((name, type) -> types.put(name, EnumSet.of(type)));
    for (Content group : groups.values()) {
      for (MetricFamily family : group.families.values()) {
        types
            .computeIfAbsent(family.getName(), n -> EnumSet.noneOf(MetricType.class))
            .add(family.getType());
        for (Metric metric : family.getMetricList()) {
          if (!series.add(List.of(family.getName(), metric.getLabelList()))) {
            return "series twice: " + family.getName() + metric.getLabelList();
          }
        }
      }
    }
    for (Map.Entry<String, Set<MetricType>> each : types.entrySet()) {
      Set<MetricType> kinds = EnumSet.copyOf(each.getValue());
      if (kinds.remove(MetricType.GAUGE_HISTOGRAM)) {
        kinds.add(MetricType.HISTOGRAM);
      }
      if (kinds.size() > 1) {
        return "types of " + each;
      }
      String collision = collision(each.getKey(), each.getValue(), types);
      if (collision != null) {
        return collision;
      }
    }
    return null;
  }

  private static @Nullable String collision(
      String name, Set<MetricType> kinds, Map<String, Set<MetricType>> types) {
    boolean isHistogram = kinds.contains(MetricType.HISTOGRAM);
    boolean isSummary = kinds.contains(MetricType.SUMMARY);
    if ((isSummary || isHistogram)
        && (types.containsKey(name + "_count") || types.containsKey(name + "_sum"))) {
      return name + " collides";
    }
    if (isHistogram && types.containsKey(name + "_bucket")) {
      return name + " collides";
    }
    return null;
  }

  int groups() {
    return groups.size();
  }

  long series() {
    long series = 0;
    for (Content group : groups.values()) {
      series += 2;
      for (MetricFamily family : group.families.values()) {
        series += family.getMetricCount();
      }
    }
    return series;
  }

  /** The exposition, rendered from nothing. */
  String text() {
    TreeMap<String, List<MetricFamily>> byName = new TreeMap<>();
    groups.forEach(
        (key, group) -> {
          List<MetricFamily> all = new ArrayList<>(group.families.values());
          all.add(
              stamp(
                  key,
                  "push_time_seconds",
                  "Last Unix time when changing this group in the Pushgateway succeeded.",
                  group.pushed));
          all.add(
              stamp(
                  key,
                  "push_failure_time_seconds",
                  "Last Unix time when changing this group in the Pushgateway failed.",
                  group.failed));
          all.forEach(f -> byName.computeIfAbsent(f.getName(), n -> new ArrayList<>()).add(f));
        });
    StringBuilder text = new StringBuilder();
    byName.forEach((name, families) -> text.append(block(name, families)));
    return text.toString();
  }

  private static String block(String name, List<MetricFamily> families) {
    StringBuilder samples = new StringBuilder();
    for (MetricFamily family : families) {
      List<Metric> sorted = new ArrayList<>(family.getMetricList());
      sorted.sort(Comparator.comparing(WholeState::labels));
      samples.append(text(TextWriter.samples(name, family.getType(), sorted)));
    }
    if (samples.isEmpty()) {
      return "";
    }
    String help =
        families.stream()
            .filter(MetricFamily::hasHelp)
            .map(MetricFamily::getHelp)
            .min(Comparator.comparing(String::isEmpty).thenComparing(Comparator.naturalOrder()))
            .orElse(null);
    return text(TextWriter.header(name, help, families.get(0).getType())) + samples;
  }

  /** Sorted as a scrape sorts: all labels are there in every metric but x, the last. */
  private static String labels(Metric metric) {
    StringBuilder labels = new StringBuilder();
    metric.getLabelList().forEach(l -> labels.append(l.getName()).append(l.getValue()));
    return labels.toString();
  }

  private static MetricFamily stamp(GroupKey key, String name, String help, double seconds) {
    return MetricFamily.newBuilder()
        .setName(name)
        .setHelp(help)
        .setType(MetricType.GAUGE)
        .addMetric(
            Metric.newBuilder()
                .addAllLabel(Sanitiser.groupLabels(key))
                .setGauge(Gauge.newBuilder().setValue(seconds)))
        .build();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
