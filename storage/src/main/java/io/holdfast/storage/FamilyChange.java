package io.holdfast.storage;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The change of one family of one group. A merge or a settlement makes it.
 *
 * @param before null for a new family
 * @param after null for a removed family
 * @param keepsShape whether type, series and claim stay; then every series keeps its owners
 */
record FamilyChange(@Nullable Family before, @Nullable Family after, boolean keepsShape) {

  /** Creates a change. One of the two families can be absent. */
  FamilyChange(@Nullable Family before, @Nullable Family after) {
    this(
        before,
        after,
        before != null
            && after != null
            && before.hasShapeOf(after.type(), after.seriesHashes)
            && before.claimedAt.equals(after.claimedAt));
  }

  /** Returns the changed family, or the removed family. */
  Family any() {
    return after == null ? Objects.requireNonNull(before, "before") : after;
  }

  String name() {
    return any().name();
  }
}
