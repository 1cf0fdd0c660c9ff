package io.holdfast.storage;

import java.util.Collections;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A change of the store: a push, a restore, a delete or a wipe. The thread of a request makes the
 * change. The writer applies it.
 */
public sealed interface Change {

  /**
   * The metrics of one push for one group, as {@link PushPreparation} has sanitised, checked and
   * rendered them.
   *
   * @param replace whether the group's other families go (PUT) or stay (POST)
   * @param receivedAtNanos when the push arrived, nanoseconds since 1970
   * @param families by name
   * @param ttlMillis how long after this push the group expires, unless another push comes; 0 for
   *     never
   */
  record Push(
      GroupKey group,
      boolean replace,
      long receivedAtNanos,
      SortedMap<String, PushedFamily> families,
      long ttlMillis)
      implements Change {
    public Push {
      families = Collections.unmodifiableSortedMap(families);
    }
  }

  /**
   * A push that is not compared with the stored groups. Its conflicting series are stored and
   * shadowed.
   */
  record Unchecked(Push push) implements Change {}

  /**
   * A push whose own content is wrong. The store keeps its time and its reason as part of the
   * group.
   */
  record FailedPush(GroupKey group, long receivedAtNanos, Rejection rejection, long ttlMillis)
      implements Change {}

  /** A delete of one group and its push times. The delete of an absent group succeeds. */
  record Delete(GroupKey group) implements Change {}

  /**
   * An expiry: a delete of groups whose time has come. The floor of such a delete is the newest
   * version that the group has. So an expiry can be repeated and reordered, by any nodes, and a
   * newer push survives it.
   *
   * @param nowMillis the cluster time
   * @param limit the highest number of expired groups, the earliest first
   */
  record Expire(long nowMillis, int limit) implements Change {}

  /**
   * A delete of many groups at once. The floor of each group is the newest version that the group
   * had when it was selected. So the delete can be repeated and reordered, and a newer push
   * survives it.
   *
   * @param groups one of the {@link SelectedGroups#pieces pieces} of a selection
   */
  record DeleteSelected(SelectedGroups groups) implements Change {}

  /**
   * A restore: a whole group of a backup, in place of what the group holds here. Its series are not
   * compared with other groups: conflicting series are stored and shadowed.
   *
   * @param group the group of the backup
   * @param upTo a hybrid clock reading. The restore replaces the group if the group's last change
   *     here is not above this reading, or if its last push is older than the backup's. With 0, the
   *     time of the last push alone decides, and an equal time keeps the group
   */
  record Restore(RestoredGroup group, long upTo) implements Change {
    /** Returns whether the group that is here stays as it is. */
    boolean keeps(@Nullable Group present) {
      if (present == null || present.isEmpty()) {
        return false;
      }
      double here =
          Math.max(PushTimes.seconds(present.lastPush), PushTimes.seconds(present.lastFailure));
      if (upTo == 0) {
        return here >= group.lastAttemptSeconds();
      }
      Version newest = present.newest();
      return newest != null
          && Long.compareUnsigned(newest.clock(), upTo) > 0
          && here > group.lastAttemptSeconds();
    }
  }

  /** A delete of all groups at once. */
  record Wipe() implements Change {}

  /**
   * A reissue: a superseded change, made once more under a higher version.
   *
   * @param above a hybrid clock reading; the new version is above this reading
   */
  record Reissue(Change change, long above) implements Change {}

  /**
   * Returns a prepared push with a time to live. A failed push has a time to live too: a group that
   * has only failed pushes expires like any other.
   *
   * @param ttlMillis 0 for never
   */
  static Change withTtl(Change prepared, long ttlMillis) {
    if (prepared instanceof Push push) {
      return new Push(push.group, push.replace, push.receivedAtNanos, push.families, ttlMillis);
    }
    return prepared instanceof FailedPush failed
        ? new FailedPush(failed.group, failed.receivedAtNanos, failed.rejection, ttlMillis)
        : prepared;
  }

  /** Returns whether the change is a push that makes its group expire. */
  static boolean hasTimeToLive(Change change) {
    if (change instanceof Unchecked unchecked) {
      return hasTimeToLive(unchecked.push);
    }
    return (change instanceof Push push && push.ttlMillis > 0)
        || (change instanceof FailedPush failed && failed.ttlMillis > 0);
  }
}
