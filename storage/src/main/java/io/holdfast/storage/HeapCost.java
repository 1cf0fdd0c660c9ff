package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The heap that groups take, object by object. A test fills the heap with groups of many shapes and
 * compares. The cost is never below the heap in use after a full garbage collection.
 *
 * <p>Costs are functions of immutable objects, so a cost that was added can be subtracted again.
 */
final class HeapCost {
  /** The group, its entry in the map of groups, its key, two stamps with their versions. */
  private static final long GROUP = 420;

  /** The family, its versions, the headers of its arrays, its places in a tree and in its group. */
  private static final long FAMILY = 200;

  /** The hash in the family, and the slot of an index that is half empty. */
  private static final long SERIES = 56;

  /**
   * The descriptor, the headers of its texts, and the data of a name: trees, counts, a family
   * header.
   */
  private static final long DESCRIPTOR = 900;

  /**
   * For each series of a family that is not plain: for each scheme a hash, and a place among
   * look-alikes.
   */
  private static final long LOOKS = 400;

  /** The objects for the exposed part of a family, and the set of its shadowed series. */
  private static final long SHADOW = 80;

  private static final long TEXT = 56;

  /** The entries of a group that expires, by time and by key. */
  private static final long EXPIRY = 160;

  /** The name, braces, value and line feed of a push time. */
  private static final long PUSH_TIME_LINE = 64;

  /**
   * In a line, each label has quotes, an equals sign and a comma instead of two marks in the key.
   */
  private static final int LINE_PER_KEY = 3;

  private HeapCost() {}

  /** Returns the cost of a group without its families, or of a tombstone. */
  static long of(@Nullable Group group) {
    return group == null
        ? 0
        : ofGroup(group.key, group.lastFailure == null ? null : group.lastFailure.reason())
            + ofExpiry(group.expiresAtMillis() != Group.NEVER);
  }

  private static long ofGroup(GroupKey key, @Nullable String reason) {
    return GROUP + key.encoded().length + of(reason);
  }

  /** Returns the cost of a group that is new, with its push times. */
  static long ofNewGroup(GroupKey key, @Nullable String reason) {
    return ofGroup(key, reason) + ofPushTimes(key);
  }

  /** Returns the cost of the two push times of a group. */
  static long ofPushTimes(GroupKey key) {
    long line = PUSH_TIME_LINE + (long) LINE_PER_KEY * key.encoded().length;
    return 2 * (FAMILY + SERIES + line);
  }

  /** Returns the cost of a group's expiry. */
  static long ofExpiry(boolean doesExpire) {
    return doesExpire ? EXPIRY : 0;
  }

  /** Returns the cost of a tombstone. */
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

  /**
   * Returns the cost of a descriptor that families share. A family header repeats the name and the
   * HELP text.
   */
  static long of(Descriptor descriptor) {
    if (PushTimes.isReserved(descriptor.name())) {
      // These descriptors exist without groups too.
      return 0;
    }
    return DESCRIPTOR + 3 * of(descriptor.name()) + 2 * of(descriptor.help());
  }

  private static long of(@Nullable String text) {
    return text == null ? 0 : TEXT + (isLatin1(text) ? 1L : 2L) * text.length();
  }

  /**
   * Returns whether the JDK stores the text in one byte per character. One wider character makes
   * all characters take two bytes.
   */
  private static boolean isLatin1(String text) {
    return text.chars().allMatch(each -> each <= 0xff);
  }

  /** Returns by how much a new failure reason takes more than the former reason. */
  static long growth(@Nullable String before, String after) {
    return of(after) - of(before);
  }
}
