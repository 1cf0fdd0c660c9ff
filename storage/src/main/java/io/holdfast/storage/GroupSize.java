package io.holdfast.storage;

/**
 * The size of a group.
 *
 * @param families the number of families, without the two push times
 * @param series the number of series of these families
 * @param shadowedSeries the number of shadowed series, those of the push times included
 */
public record GroupSize(int families, long series, long shadowedSeries) {
  static final GroupSize NOTHING = new GroupSize(0, 0, 0);

  GroupSize with(Family family) {
    boolean isPushed = !PushTimes.isReserved(family.name());
    return new GroupSize(
        families + (isPushed ? 1 : 0),
        series + (isPushed ? family.seriesHashes.length : 0),
        shadowedSeries + family.shadowedSeries());
  }
}
