package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Head;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A family that text shows under one name, and this format under several; or of which nobody knows
 * before whether the names of its labels will still differ once they are escaped. Made anew for
 * each scrape: it is as rare as it is laborious.
 */
final class UnplainFamily {
  private static final int AT_ONCE = 64;

  private final Layout layout;
  private final NamedFamily pushed;
  private final @Nullable OwnFamily own;
  private final ExpositionFormat format;

  /** Where names differ in text but may be escaped to the same: what was shown already. */
  private final @Nullable Set<Long> shownSeries;

  UnplainFamily(Layout layout, NamedFamily pushed, @Nullable OwnFamily own) {
    this.layout = layout;
    this.pushed = pushed;
    this.own = own;
    this.format = layout.format();
    this.shownSeries = format.escaping() == EscapingScheme.ALLOW_UTF8 ? null : new HashSet<>();
  }

  void addTo(List<Segment> segments) {
    TreeMap<String, List<Family>> byShownName = new TreeMap<>();
    if (own != null) {
      byShownName.put(own.name(), new ArrayList<>());
    }
    pushed
        .holders()
        .forEach(
            family -> {
              if (family.exposed().length > 0) {
                String name = format.escaping().metricName(family.descriptor.spelling().name());
                byShownName.computeIfAbsent(name, first -> new ArrayList<>()).add(family);
              }
            });
    byShownName.forEach((name, families) -> addFamily(name, families, segments));
  }

  private void addFamily(String name, List<Family> families, List<Segment> segments) {
    boolean isOther = !name.equals(pushed.name());
    if (isOther && shownSeries != null && layout.collides(name, pushed.type())) {
      return;
    }
    OwnFamily joined = isOther ? null : own;
    Head head = joined == null ? new Head(name, pushed.type(), pushed.help()) : joined.head();
    boolean created = layout.mayShowCreated(head);
    SeriesHash hasher = new SeriesHash(name, pushed.type());
    List<Segment> samples = new ArrayList<>();
    if (joined != null) {
      samples.add(layout.samples(joined, created));
    }
    for (int i = 0; i < families.size(); i += AT_ONCE) {
      List<Family> some = families.subList(i, Math.min(i + AT_ONCE, families.size()));
      byte[] rendered = rendered(some, name, hasher, created);
      if (rendered.length > 0) {
        samples.add(new Segment.Fixed(rendered));
      }
    }
    if (!samples.isEmpty()) {
      layout.addFamily(layout.header(head, samples), samples, segments);
    }
  }

  private byte[] rendered(List<Family> families, String name, SeriesHash hasher, boolean created) {
    List<Metric> metrics = new ArrayList<>();
    for (StoredFamily message : requireNonNull(layout.picture()).messages(families)) {
      for (Metric metric : message.exposed()) {
        if (shownSeries == null || isFirst(hasher, metric)) {
          metrics.add(metric);
        }
      }
    }
    return format.samples(name, pushed.type(), metrics, created);
  }

  /** Whether its labels differ from each other, and all of them from other series' before. */
  private boolean isFirst(SeriesHash hasher, Metric metric) {
    List<LabelPair> shown = new ArrayList<>(metric.getLabelCount());
    Set<String> labelNames = new HashSet<>();
    for (LabelPair label : metric.getLabelList()) {
      String labelName = format.escaping().labelName(label.getName());
      shown.add(label.toBuilder().setName(labelName).build());
      if (!labelNames.add(labelName)) {
        return false;
      }
    }
    shown.sort(ShownLabels.BY_NAME);
    return requireNonNull(shownSeries).add(hasher.of(shown));
  }
}
