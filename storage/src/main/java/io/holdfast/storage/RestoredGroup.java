package io.holdfast.storage;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A group of a backup, checked and rendered like a push. Immutable.
 *
 * <p>The versions are those of the store that wrote the backup. A restore gives new versions,
 * because the old ones can be below floors that this cluster has collected. Claims stay: of
 * conflicting families, the older claim is exposed, as before.
 */
public final class RestoredGroup {

  /**
   * A family of the group.
   *
   * @param pushedAtNanos nanoseconds since 1970
   * @param claimedAt see {@link Family#claimedAt}
   */
  record RestoredFamily(PushedFamily content, long pushedAtNanos, Version claimedAt) {}

  private final GroupKey key;
  private final @Nullable PushStamp lastPush;
  private final @Nullable PushStamp lastFailure;
  private final SortedMap<String, RestoredFamily> families;

  /**
   * Creates a group with at least one stamp.
   *
   * @param families by name; become the group's own
   */
  RestoredGroup(
      GroupKey key,
      @Nullable PushStamp lastPush,
      @Nullable PushStamp lastFailure,
      SortedMap<String, RestoredFamily> families) {
    this.key = key;
    this.lastPush = lastPush;
    this.lastFailure = lastFailure;
    this.families = families;
  }

  public GroupKey key() {
    return key;
  }

  SortedMap<String, RestoredFamily> families() {
    return families;
  }

  @Nullable PushStamp lastFailure() {
    return lastFailure;
  }

  /** Returns the number of series, without the push times. */
  public long series() {
    long series = 0;
    for (RestoredFamily family : families.values()) {
      series += family.content.seriesHashes().length;
    }
    return series;
  }

  /** Returns roughly how many bytes of heap the group takes. */
  public long heapBytes() {
    long bytes = HeapCost.ofNewGroup(key, lastFailure == null ? null : lastFailure.reason());
    for (RestoredFamily family : families.values()) {
      bytes += HeapCost.of(family.content);
    }
    return bytes;
  }

  /** Returns the bytes of heap that the object takes until the restore has its outcome. */
  public long heldBytes() {
    long bytes = heapBytes();
    for (RestoredFamily family : families.values()) {
      bytes += family.content.encoded().length;
    }
    return bytes;
  }

  /** Returns when the last push arrived, in seconds since 1970, whether it succeeded or failed. */
  double lastAttemptSeconds() {
    return Math.max(PushTimes.seconds(lastPush), PushTimes.seconds(lastFailure));
  }

  /** Returns the families as those of a push. */
  SortedMap<String, PushedFamily> contents() {
    SortedMap<String, PushedFamily> contents = new TreeMap<>();
    families.forEach((name, family) -> contents.put(name, family.content));
    return contents;
  }

  /** Returns when the group expires, in milliseconds since 1970; {@link Group#NEVER} if never. */
  long expiresAtMillis() {
    Group stamps = new Group(key);
    stamps.lastPush = lastPush;
    stamps.lastFailure = lastFailure;
    return stamps.expiresAtMillis();
  }

  /**
   * Returns the group's state under new versions. The older stamp gets the first version, because
   * the newer stamp decides when the group expires. The group has no families yet.
   */
  Group stamped(GroupKey ownKey, Version first, Version second) {
    Group group = new Group(ownKey);
    boolean isFailureNewer =
        lastPush == null
            || (lastFailure != null && lastFailure.version().isAfter(lastPush.version()));
    group.lastPush = at(lastPush, isFailureNewer ? first : second, !isFailureNewer);
    group.lastFailure = at(lastFailure, isFailureNewer ? second : first, isFailureNewer);
    return group;
  }

  private @Nullable PushStamp at(@Nullable PushStamp stamp, Version version, boolean isNewer) {
    if (stamp == null) {
      return null;
    }
    long expiresAt = expiresAtMillis();
    long ttlMillis =
        isNewer && expiresAt != Group.NEVER
            ? Math.max(1, expiresAt - HybridClock.millis(version.clock()))
            : 0;
    return new PushStamp(
        version, stamp.unixSeconds(), claim(stamp.claimedAt(), version), stamp.reason(), ttlMillis);
  }

  /** Returns a claim that is not later than its version. */
  static Version claim(Version claimedAt, Version version) {
    return claimedAt.isAfter(version) ? version : claimedAt;
  }
}
