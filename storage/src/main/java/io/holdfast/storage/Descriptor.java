package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The name, type, HELP text and traits of a family. Groups that push an equal family share one
 * object.
 *
 * @param name the pushed name, which identifies the family
 * @param help absent if the push had none, which differs from an empty text
 * @param traits the properties of the family's content that scrapes need
 */
record Descriptor(String name, MetricType type, @Nullable String help, Traits traits)
    implements Comparable<Descriptor> {
  private static final Comparator<Descriptor> ORDER =
      Comparator.comparing(Descriptor::name)
          .thenComparing(Descriptor::type)
          .thenComparing(Descriptor::help, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(each -> each.traits.isNamePlain)
          .thenComparing(each -> each.traits.isPlain)
          .thenComparing(each -> each.traits.textSaysAll);

  /**
   * The properties of a family's text that follow from its names and values.
   *
   * @param isNamePlain whether every escaping scheme shows the family's name unchanged
   * @param isPlain whether every escaping scheme shows the name and all label names unchanged
   * @param textSaysAll whether OpenMetrics has nothing to add to the text
   */
  record Traits(boolean isNamePlain, boolean isPlain, boolean textSaysAll) {
    static final Traits PLAIN = new Traits(true, true, true);
  }

  /** Compares in accordance with equality, because descriptors are the keys of sorted maps. */
  @Override
  public int compareTo(Descriptor other) {
    return ORDER.compare(this, other);
  }

  /** Returns the descriptor of a family without escaped names and without extras. */
  static Descriptor plain(String name, MetricType type, @Nullable String help) {
    return new Descriptor(name, type, help, Traits.PLAIN);
  }

  /** Returns whether the stored text is the text of a scrape with every escaping scheme. */
  boolean isPlain() {
    return traits.isPlain;
  }

  boolean isNamePlain() {
    return traits.isNamePlain;
  }

  boolean textSaysAll() {
    return traits.textSaysAll;
  }
}
