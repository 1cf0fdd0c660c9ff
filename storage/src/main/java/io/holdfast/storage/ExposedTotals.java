package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The amount that scrapes send of all families with one name. Each change updates the totals.
 *
 * <p>Immutable: the array is never changed.
 *
 * @param bytes the bytes of the samples with unescaped names
 * @param series the series that are not shadowed
 * @param others the number of families that some scheme shows differently
 * @param leftOutSeries for each of {@link Looks#SCHEMES}, how many series the scheme leaves out one
 *     by one
 * @param wholly for each of {@link Looks#SCHEMES} a bit: whether the scheme leaves out all of them
 */
record ExposedTotals(long bytes, long series, int others, int[] leftOutSeries, int wholly) {
  static final ExposedTotals NONE = new ExposedTotals(0, 0, 0, new int[Looks.SCHEMES.size()], 0);

  ExposedTotals with(@Nullable Family before, @Nullable Family after) {
    return new ExposedTotals(
        bytes - bytes(before) + bytes(after),
        series - series(before) + series(after),
        others - other(before) + other(after),
        leftOutSeries(before, after),
        wholly);
  }

  private static int bytes(@Nullable Family family) {
    return family == null ? 0 : family.exposed().length;
  }

  private static int series(@Nullable Family family) {
    return family == null ? 0 : family.exposedSeries();
  }

  private static int other(@Nullable Family family) {
    return family == null || family.looksTheSame() ? 0 : 1;
  }

  private int[] leftOutSeries(@Nullable Family before, @Nullable Family after) {
    if ((before == null || before.leftOut == null) && (after == null || after.leftOut == null)) {
      return leftOutSeries;
    }
    int[] changed = leftOutSeries.clone();
    for (int i = 0; i < changed.length; i++) {
      changed[i] +=
          (after == null ? 0 : after.leftOutSeries(i))
              - (before == null ? 0 : before.leftOutSeries(i));
    }
    return changed;
  }

  ExposedTotals leavingOut(int scheme, boolean nowWholly) {
    int bit = 1 << scheme;
    return new ExposedTotals(
        bytes, series, others, leftOutSeries, nowWholly ? wholly | bit : wholly & ~bit);
  }

  boolean isWhollyLeftOut(int scheme) {
    return (wholly & (1 << scheme)) != 0;
  }

  /** Returns how many of the series this scheme leaves out. */
  long leftOut(int scheme) {
    return isWhollyLeftOut(scheme) ? series : leftOutSeries[scheme];
  }
}
