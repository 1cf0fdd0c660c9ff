package io.holdfast.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges two states of a group. Field by field the larger version stays; what lies under a floor
 * ({@code deletedAt}, {@code replacedAt}) is invisible and dropped. The result does not depend on
 * the order or repetition of merges: it is commutative, associative and idempotent.
 *
 * <p>A delete wins a full tie: what has the very version of the delete is gone. A replace does not:
 * the families of a PUT carry its own version.
 */
final class GroupMerge {

  /** Hears of each family of the merged-into group that comes, changes or goes. */
  interface Listener {
    void changed(@Nullable Family before, @Nullable Family after);
  }

  /** Equal versions mean equal content, but for a damaged peer: even then all nodes must agree. */
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
              PushStamp::reason, Comparator.nullsFirst(Comparator.<String>naturalOrder()));

  private GroupMerge() {}

  /**
   * Brings {@code into} to the merge of both. In proportion to {@code from}, and to what a raised
   * floor removes.
   */
  static void merge(Group into, Group from, Listener listener) {
    boolean floorRaised = raiseFloors(into, from);
    // What is new goes in before what is old goes out: a family that a PUT brings again is one
    // change to the listener, not a removal and an addition.
    for (Family family : from.families.values()) {
      Family present = into.families.get(family.name());
      if (isVisible(into, family) && (present == null || BY_VERSION.compare(family, present) > 0)) {
        into.families.put(family);
        listener.changed(present, family);
      }
    }
    if (floorRaised) {
      dropInvisible(into, listener);
    }
    into.lastPush = visible(into, later(into.lastPush, from.lastPush));
    into.lastFailure = visible(into, later(into.lastFailure, from.lastFailure));
  }

  private static boolean raiseFloors(Group into, Group from) {
    boolean raised = false;
    if (Version.isLater(from.deletedAt, into.deletedAt)) {
      into.deletedAt = from.deletedAt;
      raised = true;
    }
    if (Version.isLater(from.replacedAt, into.replacedAt)) {
      into.replacedAt = from.replacedAt;
      raised = true;
    }
    return raised;
  }

  private static void dropInvisible(Group group, Listener listener) {
    List<Family> dropped = new ArrayList<>();
    for (Family family : group.families.values()) {
      if (!isVisible(group, family)) {
        dropped.add(family);
      }
    }
    if (!dropped.isEmpty()) {
      group.families.removeIf(family -> !isVisible(group, family));
      for (Family family : dropped) {
        listener.changed(family, null);
      }
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
