package io.holdfast.storage;

/**
 * How much a group has.
 *
 * @param families without the two push times
 * @param series of these
 * @param shadowedSeries that a scrape leaves out, of the push times too
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
