package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a family is, whoever has it. Groups that push the same family share one object.
 *
 * @param name the pushed one, which is the family's identity
 * @param help absent if the push had none, which is not the same as empty
 * @param traits what scrapes must know of the family's content
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
   * What the names and values of a family's series make of its text.
   *
   * @param isNamePlain whether every escaping scheme shows the family's name as it is
   * @param isPlain whether every escaping scheme shows the name and all names of labels as they are
   * @param textSaysAll whether OpenMetrics has nothing to add to the text
   */
  record Traits(boolean isNamePlain, boolean isPlain, boolean textSaysAll) {
    static final Traits PLAIN = new Traits(true, true, true);
  }

  /** As equality has it: descriptors are the keys of sorted maps. */
  @Override
  public int compareTo(Descriptor other) {
    return ORDER.compare(this, other);
  }

  /** Of a family that text tells everything about. */
  static Descriptor plain(String name, MetricType type, @Nullable String help) {
    return new Descriptor(name, type, help, Traits.PLAIN);
  }

  /** Whether its text, as it is kept, is what a scrape shows with every escaping scheme. */
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
