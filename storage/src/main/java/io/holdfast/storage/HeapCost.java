package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The heap that groups take, object by object. A test fills the heap with groups of many shapes and
 * compares: the cost is never below what a full collection leaves.
 *
 * <p>Costs are functions of immutable objects, so that a cost which was added can be taken away.
 */
final class HeapCost {
  /** The group, its entry in the map of groups, its key, two stamps with their versions. */
  private static final long GROUP = 420;

  /** The family, its versions, its arrays' heads, its places in a tree and in its group. */
  private static final long FAMILY = 200;

  /** The hash in the family, and the slot of an index that is half empty. */
  private static final long SERIES = 56;

  /**
   * The descriptor, its texts' heads, and all that there is for a name: trees, counts, a header.
   */
  private static final long DESCRIPTOR = 900;

  /** Where a family is not plain: for each scheme a hash, and a place among look-alikes. */
  private static final long LOOKS = 400;

  /** What takes less than the whole text of a family, and the places of its series. */
  private static final long SHADOW = 80;

  private static final long TEXT = 56;

  /** Name, braces, value and line feed of a push time. */
  private static final long PUSH_TIME_LINE = 64;

  /** Quotes, the equals sign and a comma of each label take the place of two marks in the key. */
  private static final int LINE_PER_KEY = 3;

  private HeapCost() {}

  /** A group without its families; a tombstone, too. */
  static long of(@Nullable Group group) {
    return group == null
        ? 0
        : ofGroup(group.key, group.lastFailure == null ? null : group.lastFailure.reason());
  }

  private static long ofGroup(GroupKey key, @Nullable String reason) {
    return GROUP + key.encoded().length + of(reason);
  }

  /** A group that is not there yet, with its push times. */
  static long ofNewGroup(GroupKey key, @Nullable String reason) {
    return ofGroup(key, reason) + ofPushTimes(key);
  }

  /** The two families that each group has besides its own. */
  static long ofPushTimes(GroupKey key) {
    long line = PUSH_TIME_LINE + (long) LINE_PER_KEY * key.encoded().length;
    return 2 * (FAMILY + SERIES + line);
  }

  /** A group of which nothing is left but that it was deleted. */
  static long ofTombstone(GroupKey key) {
    return ofGroup(key, null);
  }

  static long of(Family family) {
    long shadow =
        family.shadowedSeries() == 0
            ? 0
            : SHADOW + family.exposed().length + family.seriesHashes.length / 8;
    return ofFamily(family.text.length, family.seriesHashes.length, family.looks) + shadow;
  }

  static long of(PushedFamily family) {
    return ofFamily(family.text().length, family.seriesHashes().length, family.looks());
  }

  private static long ofFamily(int textLength, int series, @Nullable Looks looks) {
    return FAMILY + textLength + (SERIES + (looks == null ? 0 : LOOKS)) * series;
  }

  /** A descriptor that families share. The name and the help are written in a header, too. */
  static long of(Descriptor descriptor) {
    if (PushTimes.isReserved(descriptor.name())) {
      // They are there with or without groups.
      return 0;
    }
    return DESCRIPTOR + 3 * of(descriptor.name()) + 2 * of(descriptor.help());
  }

  private static long of(@Nullable String text) {
    return text == null ? 0 : TEXT + (isLatin1(text) ? 1L : 2L) * text.length();
  }

  /** As the JDK keeps text: one character that does not fit into a byte makes all take two. */
  private static boolean isLatin1(String text) {
    return text.chars().allMatch(each -> each <= 0xff);
  }

  /** By how much another reason of a failed push takes more than the one before. */
  static long growth(@Nullable String before, String after) {
    return of(after) - of(before);
  }
}
