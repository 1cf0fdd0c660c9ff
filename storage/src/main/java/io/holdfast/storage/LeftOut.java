package io.holdfast.storage;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The series of one family that the escaping schemes leave out. An older claim looks the same
 * there. Under their own names these series are exposed.
 *
 * <p>Immutable: the sets are never changed.
 */
final class LeftOut {
  private final @Nullable BitSet[] series;

  private LeftOut(@Nullable BitSet[] series) {
    this.series = series;
  }

  /**
   * Returns the sets as one object, or null if nothing is left out.
   *
   * @param series for each of {@link Looks#SCHEMES} the indexes of series, in the order of the
   *     text; null for none
   */
  static @Nullable LeftOut of(@Nullable BitSet[] series) {
    for (BitSet some : series) {
      if (some != null && !some.isEmpty()) {
        return new LeftOut(series);
      }
    }
    return null;
  }

  /**
   * Returns a copy of the indexes of the series left out under the given scheme of {@link
   * Looks#SCHEMES}.
   */
  BitSet series(int scheme) {
    BitSet some = series[scheme];
    return some == null ? new BitSet() : (BitSet) some.clone();
  }

  int count(int scheme) {
    BitSet some = series[scheme];
    return some == null ? 0 : some.cardinality();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof LeftOut that)) {
      return false;
    }
    for (int i = 0; i < series.length; i++) {
      if (!series(i).equals(that.series(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (int i = 0; i < series.length; i++) {
      hash = 31 * hash + series(i).hashCode();
    }
    return hash;
  }
}
