package io.holdfast.storage;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a group, or a change of it: both have the same form, so that a change is made by
 * {@link GroupMerge merging} it in.
 *
 * <p>Concurrency: mutable, confined to the writer thread. The families in it are immutable.
 */
final class Group {
  final GroupKey key;

  /** A DELETE: everything of this version or older is gone. */
  @Nullable Version deletedAt;

  /** A PUT: families older than this are gone, push times stay. */
  @Nullable Version replacedAt;

  @Nullable PushStamp lastPush;
  @Nullable PushStamp lastFailure;
  final Families families = new Families();

  /** Of {@link #families}, shadowed ones too. Kept up by {@link Groups}; 0 in a mere change. */
  int seriesCount;

  /** The push times as a scrape shows them; derived from the stamps, absent in a mere change. */
  @Nullable Family pushTime;

  @Nullable Family pushFailureTime;

  Group(GroupKey key) {
    this.key = key;
  }

  /** Whether anything in it is visible. */
  boolean isEmpty() {
    return families.isEmpty() && lastPush == null && lastFailure == null;
  }

  /** Whether it is nothing at all, not even a tombstone. */
  boolean isNothing() {
    return isEmpty() && deletedAt == null && replacedAt == null;
  }

  /**
   * The version of the last change of the group, null if there was none. The families need not be
   * looked at: whoever pushed one left a stamp at least as new.
   */
  @Nullable Version newest() {
    Version newest = Version.later(deletedAt, replacedAt);
    newest = Version.later(newest, lastPush == null ? null : lastPush.version());
    return Version.later(newest, lastFailure == null ? null : lastFailure.version());
  }

  /** Whether a floor at this version would hide anything that is in here. */
  boolean hasAnythingUpTo(Version floor) {
    if ((lastPush != null && !lastPush.version().isAfter(floor))
        || (lastFailure != null && !lastFailure.version().isAfter(floor))) {
      return true;
    }
    for (Family family : families.values()) {
      if (!family.version.isAfter(floor)) {
        return true;
      }
    }
    return false;
  }

  /** Whether both have the same floors, stamps and families, each of the same version. */
  boolean hasVersionsOf(Group other) {
    if (!Objects.equals(deletedAt, other.deletedAt)
        || !Objects.equals(replacedAt, other.replacedAt)
        || !Objects.equals(lastPush, other.lastPush)
        || !Objects.equals(lastFailure, other.lastFailure)
        || families.size() != other.families.size()) {
      return false;
    }
    for (Family family : families.values()) {
      Family theirs = other.families.get(family.name());
      if (theirs == null
          || !theirs.version.equals(family.version)
          || !theirs.claimedAt.equals(family.claimedAt)) {
        return false;
      }
    }
    return true;
  }

  @Nullable Family family(String name) {
    return switch (name) {
      case PushTimes.PUSH_TIME -> pushTime;
      case PushTimes.PUSH_FAILURE_TIME -> pushFailureTime;
      default -> families.get(name);
    };
  }

  /** Puts another object for a family that the group has, with the same name. */
  void substitute(Family family) {
    switch (family.name()) {
      case PushTimes.PUSH_TIME -> pushTime = family;
      case PushTimes.PUSH_FAILURE_TIME -> pushFailureTime = family;
      default -> families.put(family);
    }
  }

  /**
   * Since when the group has push times: the claim that the next stamp takes over. A group that was
   * deleted begins anew.
   */
  @Nullable Version stampsClaimedAt() {
    if (lastPush == null || lastFailure == null) {
      PushStamp only = lastPush == null ? lastFailure : lastPush;
      return only == null ? null : only.claimedAt();
    }
    Version push = lastPush.claimedAt();
    Version failure = lastFailure.claimedAt();
    return push.isBefore(failure) ? push : failure;
  }
}
