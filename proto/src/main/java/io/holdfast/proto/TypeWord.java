package io.holdfast.proto;

import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/** The word behind {@code # TYPE}. */
final class TypeWord {
  private TypeWord() {}

  /** Returns the type that a word means, in upper or lower case, or null. */
  static @Nullable MetricType parse(String word) {
    return switch (toUpperCase(word)) {
      case "COUNTER" -> MetricType.COUNTER;
      case "GAUGE" -> MetricType.GAUGE;
      case "SUMMARY" -> MetricType.SUMMARY;
      case "UNTYPED" -> MetricType.UNTYPED;
      case "HISTOGRAM" -> MetricType.HISTOGRAM;
      // OpenMetrics' word, and the name of the protobuf constant.
      case "GAUGEHISTOGRAM", "GAUGE_HISTOGRAM" -> MetricType.GAUGE_HISTOGRAM;
      default -> null;
    };
  }

  /**
   * Changes the case character by character, as upstream does. String.toUpperCase turns some
   * letters into two.
   */
  private static String toUpperCase(String word) {
    StringBuilder upper = new StringBuilder(word.length());
    word.codePoints().map(Character::toUpperCase).forEach(upper::appendCodePoint);
    return upper.toString();
  }
}
