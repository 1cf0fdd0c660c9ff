package io.holdfast.storage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * The groups that expire, in order of their expiry times. Groups that never expire are not here,
 * and cost nothing.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class Expiries {
  private record Expiry(long atMillis, GroupKey key) {}

  private final TreeSet<Expiry> byTime =
      new TreeSet<>(Comparator.comparingLong(Expiry::atMillis).thenComparing(Expiry::key));

  private SortedTree<GroupKey, Long> times = SortedTree.empty();

  /**
   * Moves a group from one expiry time to another.
   *
   * @param beforeMillis {@link Group#NEVER} if the group did not expire, or is new
   * @param afterMillis {@link Group#NEVER} if the group does not expire, or is gone
   */
  void move(GroupKey key, long beforeMillis, long afterMillis) {
    if (beforeMillis == afterMillis) {
      return;
    }
    if (beforeMillis != Group.NEVER) {
      byTime.remove(new Expiry(beforeMillis, key));
    }
    if (afterMillis == Group.NEVER) {
      times = times.without(key);
    } else {
      byTime.add(new Expiry(afterMillis, key));
      times = times.with(key, afterMillis);
    }
  }

  /** Returns the expiry times by group, in milliseconds since 1970. */
  SortedTree<GroupKey, Long> times() {
    return times;
  }

  /** Returns when the first group expires; {@link Group#NEVER} if none does. */
  long nextMillis() {
    return byTime.isEmpty() ? Group.NEVER : byTime.first().atMillis;
  }

  /** Returns at most this many groups whose time has come, the earliest first. */
  List<GroupKey> due(long nowMillis, int limit) {
    List<GroupKey> due = new ArrayList<>();
    for (Expiry expiry : byTime) {
      if (expiry.atMillis > nowMillis || due.size() == limit) {
        break;
      }
      due.add(expiry.key);
    }
    return due;
  }
}
