package io.holdfast.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The merge of two states of a group. In each field the larger version stays. Content under a floor
 * ({@code deletedAt}, {@code replacedAt}) is dropped. The order and repetition of merges do not
 * matter: the merge is commutative, associative and idempotent.
 *
 * <p>A delete wins a full tie: content of exactly the delete's version is gone. An expiry relies on
 * this rule: its floor is the version of the group's last push. A replace loses a full tie, because
 * the families of a PUT carry the version of the replace.
 */
final class GroupMerge {

  /**
   * Equal versions mean equal content, unless a peer is damaged. The further fields make all nodes
   * agree even then.
   */
  private static final Comparator<Family> BY_VERSION =
      Comparator.comparing((Family family) -> family.version)
          .thenComparing(family -> family.claimedAt)
          .thenComparing(Family::type)
          .thenComparing(family -> family.text, Arrays::compareUnsigned)
          .thenComparing(Family::help, Comparator.nullsFirst(Comparator.<String>naturalOrder()));

  private static final Comparator<PushStamp> BY_STAMP =
      Comparator.comparing(PushStamp::version)
          .thenComparing(PushStamp::claimedAt)
          .thenComparing(PushStamp::unixSeconds)
          .thenComparing(
              PushStamp::reason, Comparator.nullsFirst(Comparator.<String>naturalOrder()))
          .thenComparing(PushStamp::ttlMillis);

  private GroupMerge() {}

  /**
   * Merges {@code from} into {@code into}. The cost is in proportion to {@code from} and to the
   * families that a raised floor removes. Returns each difference between the former and the
   * present families of {@code into}, once; removals come last.
   */
  static List<FamilyChange> merge(Group into, Group from) {
    boolean floorRaised = raiseFloors(into, from);
    List<FamilyChange> changes = new ArrayList<>(from.families.size());
    // Families are added before others are removed. A family that a PUT repeats is then one change.
    for (Family family : from.families.values()) {
      Family present = into.families.get(family.name());
      if (isVisible(into, family) && (present == null || BY_VERSION.compare(family, present) > 0)) {
        into.families.put(family);
        changes.add(new FamilyChange(present, family));
      }
    }
    if (floorRaised) {
      dropInvisible(into, changes);
    }
    into.lastPush = visible(into, later(into.lastPush, from.lastPush));
    into.lastFailure = visible(into, later(into.lastFailure, from.lastFailure));
    return changes;
  }

  private static boolean raiseFloors(Group into, Group from) {
    boolean raised = false;
    if (Version.isLater(from.deletedAt, into.deletedAt)) {
      into.deletedAt = from.deletedAt;
      into.expiredAt = from.expiredAt;
      raised = true;
    } else if (from.deletedAt != null && from.deletedAt.equals(into.deletedAt)) {
      // Two nodes have deleted the group up to its last push. The tombstone stays until both
      // deletes
      // are known.
      into.expiredAt = Math.max(into.expiredAt, from.expiredAt);
    }
    if (Version.isLater(from.replacedAt, into.replacedAt)) {
      into.replacedAt = from.replacedAt;
      raised = true;
    }
    return raised;
  }

  private static void dropInvisible(Group group, List<FamilyChange> changes) {
    int before = changes.size();
    for (Family family : group.families.values()) {
      if (!isVisible(group, family)) {
        changes.add(new FamilyChange(family, null));
      }
    }
    if (changes.size() > before) {
      group.families.removeIf(family -> !isVisible(group, family));
    }
  }

  private static boolean isVisible(Group group, Family family) {
    return (group.deletedAt == null || family.version.isAfter(group.deletedAt))
        && (group.replacedAt == null || !family.version.isBefore(group.replacedAt));
  }

  private static @Nullable PushStamp visible(Group group, @Nullable PushStamp stamp) {
    boolean isVisible =
        stamp != null && (group.deletedAt == null || stamp.version().isAfter(group.deletedAt));
    return isVisible ? stamp : null;
  }

  private static @Nullable PushStamp later(@Nullable PushStamp one, @Nullable PushStamp other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return BY_STAMP.compare(one, other) >= 0 ? one : other;
  }
}
