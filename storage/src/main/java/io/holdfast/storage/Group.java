package io.holdfast.storage;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a group, or a change of it. Both have one form, so {@link GroupMerge} applies a
 * change by merging it.
 *
 * <p>Concurrency: mutable, confined to the writer thread. The families are immutable.
 */
final class Group {
  /** The expiry time of a group that never expires. */
  static final long NEVER = Long.MAX_VALUE;

  final GroupKey key;

  /** The floor of a DELETE: content of this version or older is gone. */
  @Nullable Version deletedAt;

  /**
   * The hybrid clock reading at which an expiry or a {@link Change.DeleteSelected} made the floor
   * {@link #deletedAt}; 0 for the floor of another delete. The floor of an expiry is the version of
   * the group's last push, and can be much older.
   */
  long expiredAt;

  /** The floor of a PUT: families older than this are gone, push times stay. */
  @Nullable Version replacedAt;

  @Nullable PushStamp lastPush;
  @Nullable PushStamp lastFailure;
  final Families families = new Families();

  /**
   * The number of series in {@link #families}, including shadowed series. {@link Groups} updates
   * the number. A change has 0.
   */
  int seriesCount;

  /** The push times as a scrape shows them, derived from the stamps. A change has none. */
  @Nullable Family pushTime;

  @Nullable Family pushFailureTime;

  Group(GroupKey key) {
    this.key = key;
  }

  /** Returns whether the group has no families and no stamps. */
  boolean isEmpty() {
    return families.isEmpty() && lastPush == null && lastFailure == null;
  }

  /** Returns whether the group has no content and no floor either. */
  boolean isNothing() {
    return isEmpty() && deletedAt == null && replacedAt == null;
  }

  /**
   * Returns the version of the last change of the group, or null if there was none. The families
   * need not be read: every push leaves a stamp that is at least as new as its families.
   */
  @Nullable Version newest() {
    Version newest = Version.later(deletedAt, replacedAt);
    newest = Version.later(newest, lastPush == null ? null : lastPush.version());
    return Version.later(newest, lastFailure == null ? null : lastFailure.version());
  }

  /**
   * Returns when the group expires, in milliseconds of the cluster time; {@link #NEVER} if it does
   * not. The last push decides, whether it succeeded or not.
   */
  long expiresAtMillis() {
    PushStamp last = lastPush;
    if (lastFailure != null && (last == null || lastFailure.version().isAfter(last.version()))) {
      last = lastFailure;
    }
    return last == null ? NEVER : last.expiresAtMillis();
  }

  /**
   * Returns the hybrid clock reading at which the floor {@link #deletedAt} was made; 0 without the
   * floor. A tombstone's age counts from this reading.
   */
  long deletionClock() {
    return deletedAt == null ? 0 : Math.max(deletedAt.clock(), expiredAt);
  }

  /** Sets the floor of a delete. */
  void delete(@Nullable Version floor, long expiredAt) {
    this.deletedAt = floor;
    this.expiredAt = expiredAt;
  }

  /** Returns whether a floor at this version would remove any content of the group. */
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

  /** Returns whether both groups have equal floors, stamps and families, each of equal version. */
  boolean hasVersionsOf(Group other) {
    if (!Objects.equals(deletedAt, other.deletedAt)
        || expiredAt != other.expiredAt
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

  /** Replaces a family of the group by another object with its name. */
  void substitute(Family family) {
    switch (family.name()) {
      case PushTimes.PUSH_TIME -> pushTime = family;
      case PushTimes.PUSH_FAILURE_TIME -> pushFailureTime = family;
      default -> families.put(family);
    }
  }

  /**
   * Returns the version since which the group has push times. The next stamp takes over this claim.
   * A deleted group begins a new claim.
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
