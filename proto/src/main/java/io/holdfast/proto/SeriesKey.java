package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import java.util.Arrays;
import java.util.Comparator;

/**
 * A label set without an order. Comparable, so that a hash map of keys whose hashes were made to
 * collide still finds them in logarithmic time.
 */
final class SeriesKey implements Comparable<SeriesKey> {
  private static final Comparator<LabelPair> BY_NAME = Comparator.comparing(LabelPair::getName);
  private static final Comparator<LabelPair> BY_NAME_AND_VALUE =
      BY_NAME.thenComparing(LabelPair::getValue);

  private final LabelPair[] sorted;
  private final int hash;

  /** Takes ownership of the array. */
  SeriesKey(LabelPair[] labels) {
    Arrays.sort(labels, BY_NAME);
    sorted = labels;
    int mixed = 1;
    for (LabelPair label : labels) {
      mixed = 31 * (31 * mixed + label.getName().hashCode()) + label.getValue().hashCode();
    }
    hash = mixed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SeriesKey key && hash == key.hash && compareTo(key) == 0;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public int compareTo(SeriesKey other) {
    return Arrays.compare(sorted, other.sorted, BY_NAME_AND_VALUE);
  }
}
