package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text scrape makes more names of a summary's or histogram's: no other family may have those. As
 * in the Pushgateway, gauge histograms are not looked at, and a summary does not own {@code
 * _bucket}.
 */
final class SuffixRule {
  static final List<String> SUFFIXES = List.of("_count", "_sum", "_bucket");

  private static final List<MetricType> BOTH = List.of(MetricType.SUMMARY, MetricType.HISTOGRAM);
  private static final List<MetricType> HISTOGRAM = List.of(MetricType.HISTOGRAM);

  private SuffixRule() {}

  /** The name without the suffix, or null if it has another one or is nothing else. */
  static @Nullable String base(String name, String suffix) {
    return name.length() > suffix.length() && name.endsWith(suffix)
        ? name.substring(0, name.length() - suffix.length())
        : null;
  }

  static List<MetricType> typesOwning(String suffix) {
    return suffix.equals("_bucket") ? HISTOGRAM : BOTH;
  }

  static boolean owns(MetricType type, String suffix) {
    return typesOwning(suffix).contains(type);
  }

  /** Whether a family of this name and type would collide with one that scrapes show. */
  static boolean collides(SortedTree<String, NamedFamily> names, String name, MetricType type) {
    for (String suffix : SUFFIXES) {
      String base = base(name, suffix);
      NamedFamily under = base == null ? null : names.get(base);
      boolean isUnder = under != null && under.isExposed() && owns(under.type(), suffix);
      NamedFamily over = names.get(name + suffix);
      boolean isOver = over != null && over.isExposed() && owns(type, suffix);
      if (isUnder || isOver) {
        return true;
      }
    }
    return false;
  }
}
