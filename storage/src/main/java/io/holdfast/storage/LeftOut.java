package io.holdfast.storage;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which series of one family are left out under the schemes that escape names, because an older
 * claim looks the same there. Under their own names scrapes show them.
 *
 * <p>Immutable: nobody changes a set once it is in here.
 */
final class LeftOut {
  private final @Nullable BitSet[] series;

  private LeftOut(@Nullable BitSet[] series) {
    this.series = series;
  }

  /**
   * The sets as one object, null if nothing is left out.
   *
   * @param series for each of {@link Looks#SCHEMES} the places of series, in the order of the text;
   *     null for none
   */
  static @Nullable LeftOut of(@Nullable BitSet[] series) {
    for (BitSet some : series) {
      if (some != null && !some.isEmpty()) {
        return new LeftOut(series);
      }
    }
    return null;
  }

  /** The places of those left out under this one of {@link Looks#SCHEMES}; a copy. */
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
