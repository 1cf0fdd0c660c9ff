package io.holdfast.storage;

import io.holdfast.storage.Rejection.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the whole store for pushes to this node. Changes from peers are not limited: nodes
 * with different limits must come to equal states.
 *
 * @param groups the maximum number of groups
 * @param seriesPerGroup the maximum number of series of a group, apart from its push times
 */
public record GroupLimits(int groups, int seriesPerGroup) {

  /** The absence of limits. */
  public static final GroupLimits NONE = new GroupLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

  /**
   * Returns why the push must not create the group, or null if the group exists or can be created.
   */
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

  /**
   * Returns why the group would have too many series after the push, or null. The cost is in
   * proportion to the push.
   */
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
