package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * What a family is, whoever has it. Groups that push the same family share one object.
 *
 * @param name as a scrape of text shows it: families that it would show under one name are one
 *     family
 * @param help absent if the push had none, which is not the same as empty
 * @param spelling how it was pushed
 */
record Descriptor(String name, MetricType type, @Nullable String help, Spelling spelling) {

  /**
   * What a scrape of text does not tell.
   *
   * @param name the pushed one, which may have characters that the text cannot show
   * @param isPlain whether the name and the names of all labels are shown as they are
   * @param textSaysAll whether OpenMetrics has nothing to add to the text
   */
  record Spelling(String name, boolean isPlain, boolean textSaysAll) {}

  /** Of a family that text tells everything about. */
  static Descriptor plain(String name, MetricType type, @Nullable String help) {
    return new Descriptor(name, type, help, new Spelling(name, true, true));
  }

  /** Whether its text, as it is kept, is what a scrape shows with every escaping scheme. */
  boolean isPlain() {
    return spelling.isPlain;
  }
}
