package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricFamily;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A group as another program stored it, or a part of a large group.
 *
 * @param labels the grouping key
 * @param times null except in one part of the group
 */
public record ImportedGroup(
    SortedMap<String, String> labels, List<ImportedFamily> families, @Nullable Times times) {

  public ImportedGroup {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    families = List.copyOf(families);
  }

  /**
   * A metric family of the group.
   *
   * @param pushedAtNanos when the family was pushed, nanoseconds since 1970
   */
  public record ImportedFamily(long pushedAtNanos, MetricFamily family) {}

  /**
   * The push times of the group, at least one of the two.
   *
   * @param newestNanos when the group was last changed, nanoseconds since 1970
   * @param lastPush seconds since 1970; null if no push ever succeeded
   * @param lastFailure seconds since 1970; null if no push ever failed
   */
  public record Times(long newestNanos, @Nullable Double lastPush, @Nullable Double lastFailure) {
    public Times {
      if (lastPush == null && lastFailure == null) {
        throw new IllegalArgumentException("push times: none (expected: at least one)");
      }
    }
  }

  /** Returns the key in the form of a selector: {@code {job="backup"}}. */
  public String name() {
    return GroupKey.printable(labels);
  }
}
