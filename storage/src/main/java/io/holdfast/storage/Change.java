package io.holdfast.storage;

import java.util.Collections;
import java.util.SortedMap;

/**
 * A change that somebody asks of the store. Made by the request's thread, applied by the writer.
 */
public sealed interface Change {

  /**
   * Metrics for one group, sanitised, checked in themselves and rendered: see {@link
   * PushPreparation}.
   *
   * @param replace whether the group's other families go (PUT) or stay (POST)
   * @param receivedAtNanos when the push arrived, nanoseconds since 1970
   * @param families by name
   */
  record Push(
      GroupKey group,
      boolean replace,
      long receivedAtNanos,
      SortedMap<String, PushedFamily> families)
      implements Change {
    public Push {
      families = Collections.unmodifiableSortedMap(families);
    }
  }

  /**
   * A push that is not compared with what is stored: what of it is in conflict is kept, but not
   * exposed.
   */
  record Unchecked(Push push) implements Change {}

  /** A push that is wrong in itself: it leaves nothing but the group's failure time. */
  record RefusedPush(GroupKey group, long receivedAtNanos, Rejection rejection) implements Change {}

  /** Deletes a group with its push times; no mistake if there is none. */
  record Delete(GroupKey group) implements Change {}

  /** Deletes every group, at once. */
  record Wipe() implements Change {}

  /**
   * A change that is made once more, under a higher version, because another node had a newer state
   * of its group than this one when it was first made.
   *
   * @param above a hybrid clock reading that the new version is above
   */
  record Again(Change change, long above) implements Change {}
}
