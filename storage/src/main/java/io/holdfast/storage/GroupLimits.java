package io.holdfast.storage;

import io.holdfast.storage.Rejection.Reason;
import org.jspecify.annotations.Nullable;

/**
 * How much pushes may make of the store. Holds for what this node is asked, never for what other
 * nodes have acknowledged: nodes with different limits must come to the same state all the same.
 *
 * @param groups at most so many
 * @param seriesPerGroup at most so many, push times apart
 */
public record GroupLimits(int groups, int seriesPerGroup) {

  /** None. */
  public static final GroupLimits NONE = new GroupLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

  /** Why there must not be one more group, or null if it is there or there may. */
  @Nullable Rejection checkGroups(Groups present, GroupKey wanted) {
    Group group = present.get(wanted);
    if (present.size() < groups || (group != null && !group.isEmpty())) {
      return null;
    }
    return new Rejection(
        Reason.TOO_MANY_GROUPS,
        "there are "
            + present.size()
            + " groups (expected: at most "
            + groups
            + "): delete some before you push to a new one");
  }

  /** Why the group would have too many series after the push, or null. Costs what the push does. */
  @Nullable Rejection checkSeries(@Nullable Group present, Change.Push push) {
    long series = present == null || push.replace() ? 0 : present.seriesCount;
    for (PushedFamily family : push.families().values()) {
      Family before =
          present == null || push.replace() ? null : present.families.get(family.name());
      series += family.seriesHashes().length - (before == null ? 0 : before.seriesHashes.length);
    }
    if (series <= seriesPerGroup) {
      return null;
    }
    return new Rejection(
        Reason.TOO_MANY_GROUP_SERIES,
        "the group would have "
            + series
            + " series (expected: at most "
            + seriesPerGroup
            + "): replace it with PUT, or push to more groups");
  }
}
