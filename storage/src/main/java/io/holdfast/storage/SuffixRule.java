package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rule for names with suffixes. A text scrape makes further names of a summary or histogram,
 * and no other family may have those names. As in the Pushgateway, gauge histograms are exempt, and
 * a summary does not own {@code _bucket}.
 */
final class SuffixRule {
  static final List<String> SUFFIXES = List.of("_count", "_sum", "_bucket");

  private static final List<MetricType> BOTH = List.of(MetricType.SUMMARY, MetricType.HISTOGRAM);
  private static final List<MetricType> HISTOGRAM = List.of(MetricType.HISTOGRAM);

  private SuffixRule() {}

  /**
   * Returns the name without the suffix. Returns null if the name does not end with it, or has
   * nothing before it.
   */
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
   * Returns whether a family of this name and type would collide with a family that a scrape shows.
   *
   * @param shown returns the type that the scrape shows under a name, or null for none
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
