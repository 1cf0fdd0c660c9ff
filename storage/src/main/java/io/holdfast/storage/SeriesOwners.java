package io.holdfast.storage;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The groups that own one series, in order of their claims. The series of the first group is
 * exposed. An addition or removal costs one search in the order.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class SeriesOwners {

  /**
   * A group among the owners.
   *
   * @param times how many of its series have the hash: one, unless hashes collide
   */
  private record Owner(Version claimedAt, GroupKey group, int times) implements Comparable<Owner> {
    @Override
    public int compareTo(Owner other) {
      int byAge = claimedAt.compareTo(other.claimedAt);
      return byAge != 0 ? byAge : group.compareTo(other.group);
    }
  }

  private final Map<GroupKey, Owner> byGroup = new HashMap<>();
  private final TreeSet<Owner> byClaim = new TreeSet<>();

  void add(GroupKey group, Version claimedAt) {
    Owner present = byGroup.get(group);
    if (present == null) {
      put(new Owner(claimedAt, group, 1));
    } else {
      replace(present, present.times + 1);
    }
  }

  /** Undoes one {@link #add}. Returns false if there was none. */
  boolean remove(GroupKey group) {
    Owner present = byGroup.get(group);
    if (present == null) {
      return false;
    }
    replace(present, present.times - 1);
    return true;
  }

  private void replace(Owner present, int times) {
    byGroup.remove(present.group);
    byClaim.remove(present);
    if (times > 0) {
      put(new Owner(present.claimedAt, present.group, times));
    }
  }

  private void put(Owner owner) {
    byGroup.put(owner.group, owner);
    byClaim.add(owner);
  }

  /** Returns the group with the oldest claim. */
  GroupKey first() {
    return byClaim.first().group;
  }

  /** Returns the number of groups. */
  int size() {
    return byGroup.size();
  }

  /** Returns whether this is one group with one series. Then no object is needed for it. */
  boolean isSingle() {
    return byClaim.size() == 1 && byClaim.first().times == 1;
  }
}
