package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * The counts of all groups that hold a family name. Each change updates them.
 *
 * <p>Immutable: the array is never changed.
 *
 * @param byType how many groups hold each type
 * @param helps how many groups have each HELP text; a missing text is not counted
 * @param withExtras how many of the families have extras
 */
record HolderCounts(int[] byType, SortedTree<String, Integer> helps, int withExtras) {

  static final HolderCounts NONE =
      new HolderCounts(new int[MetricType.values().length], SortedTree.empty(), 0);

  HolderCounts with(@Nullable Family before, @Nullable Family after) {
    HolderCounts counts = before == null ? this : counted(before.descriptor, -1);
    return after == null ? counts : counts.counted(after.descriptor, +1);
  }

  private HolderCounts counted(Descriptor descriptor, int by) {
    int[] newByType = byType.clone();
    newByType[descriptor.type().getNumber()] += by;
    return new HolderCounts(
        newByType,
        counted(helps, descriptor.help(), by),
        withExtras + (descriptor.textSaysAll() ? 0 : by));
  }

  private static SortedTree<String, Integer> counted(
      SortedTree<String, Integer> counts, @Nullable String what, int by) {
    if (what == null) {
      return counts;
    }
    Integer present = counts.get(what);
    int count = (present == null ? 0 : present) + by;
    return count == 0 ? counts.without(what) : counts.with(what, count);
  }
}
