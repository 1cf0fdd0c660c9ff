package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.List;
import java.util.function.Function;
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

  /**
   * Whether a family of this name and type would collide with one that a scrape shows.
   *
   * @param shown tells the type of what the scrape shows under a name, null for nothing
   */
  static boolean collides(
      Function<String, @Nullable MetricType> shown, String name, MetricType type) {
    for (String suffix : SUFFIXES) {
      String base = base(name, suffix);
      MetricType under = base == null ? null : shown.apply(base);
      boolean isUnder = under != null && owns(under, suffix);
      if (isUnder || (owns(type, suffix) && shown.apply(name + suffix) != null)) {
        return true;
      }
    }
    return false;
  }
}
