package io.holdfast.storage;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All groups in memory, and the order in which a merge updates the data derived from them:
 *
 * <pre>
 * GroupMerge    merges the change into its group, and returns the changed families
 * FamilyIndex   follows each changed family, by name and by series
 * Shadowing     settles conflicts: of each, the older claim is exposed
 * Lookalikes    settles, for each escaping scheme, what the scheme makes look alike
 * HeapAccount   has the heap that all of this takes
 * </pre>
 *
 * <p>The disk has the groups themselves. The data is read and derived at the start. The {@link
 * Exposition} is a function of the groups alone, so nodes with equal groups show equal expositions.
 *
 * <p>Concurrency: confined to the writer thread. {@link #exposition} makes immutable expositions
 * for other threads.
 */
final class Groups {
  private final Map<GroupKey, Group> groups = new HashMap<>();

  /** The deleted groups of which only a floor is left. Empty if the store was always alone. */
  private final Set<GroupKey> tombstones = new HashSet<>();

  /** Null for a store that is not replicated. */
  private final @Nullable StateDigest digest;

  private final ReservedNames reserved;
  private final MemoRoom memos;
  private final HeapAccount heap;
  private final FamilyIndex families;
  private final Shadowing shadowing;
  private final Lookalikes lookalikes;

  /** The floor of the last wipe: all content up to this version is gone, in every group. */
  private @Nullable Version wipedAt;

  private SortedTree<GroupKey, String> failureReasons = SortedTree.empty();
  private final Expiries expiries = new Expiries();
  private long expiredGroups;

  /**
   * Creates an empty set of groups.
   *
   * @param isReplicated whether other nodes have, or had, copies of these groups; then tombstones
   *     and the digest are kept
   */
  Groups(boolean isReplicated) {
    this(isReplicated, ReservedNames.NONE);
  }

  /**
   * Creates an empty set of groups beside the server's own families.
   *
   * @param reserved the server's own names; families that contradict them are shadowed
   */
  Groups(boolean isReplicated, ReservedNames reserved) {
    this(isReplicated, reserved, new MemoRoom(Long.MAX_VALUE));
  }

  /**
   * Creates an empty set of groups with memos.
   *
   * @param memos the heap for the memos of scrapes
   */
  Groups(boolean isReplicated, ReservedNames reserved, MemoRoom memos) {
    this.digest = isReplicated ? new StateDigest() : null;
    this.reserved = reserved;
    this.memos = memos;
    Descriptors descriptors = new Descriptors();
    this.heap = new HeapAccount(groups, descriptors, isReplicated);
    this.families = new FamilyIndex(groups, descriptors, heap);
    this.shadowing = new Shadowing(families, reserved);
    this.lookalikes = new Lookalikes(families, reserved);
  }

  /** Returns an empty set of groups with these settings. */
  Groups emptied() {
    Groups emptied = new Groups(isReplicated(), reserved, memos);
    emptied.heap.replaced(heap);
    emptied.expiredGroups = expiredGroups;
    return emptied;
  }

  boolean isReplicated() {
    return digest != null;
  }

  @Nullable StateDigest digest() {
    return digest;
  }

  @Nullable Version wipedAt() {
    return wipedAt;
  }

  /**
   * Raises the floor of the last wipe. The floor takes effect on a group at the next merge into it.
   * A caller must raise the floor before all merges, or merge into each group afterwards.
   */
  void raiseWipe(Version version) {
    if (Version.isLater(version, wipedAt)) {
      if (digest != null) {
        digest.wiped(wipedAt, version);
      }
      wipedAt = version;
    }
  }

  Set<GroupKey> tombstones() {
    return Collections.unmodifiableSet(tombstones);
  }

  @Nullable Group get(GroupKey key) {
    return groups.get(key);
  }

  /** Returns the family or push time of this group with this name, or null. */
  @Nullable Family family(GroupKey key, String name) {
    return families.family(key, name);
  }

  SortedTree<String, NamedFamily> names() {
    return families.names();
  }

  SeriesIndex series() {
    return families.series();
  }

  Iterable<Group> all() {
    return groups.values();
  }

  /** Returns a copy of all keys, those of tombstones included. */
  List<GroupKey> keys() {
    return List.copyOf(groups.keySet());
  }

  /**
   * Returns groups that have expired at this cluster time, the earliest first.
   *
   * @param limit the highest number of returned groups
   */
  List<GroupKey> expired(long nowMillis, int limit) {
    return expiries.due(nowMillis, limit);
  }

  /** Notes that this node has expired a group. */
  void noteExpired() {
    expiredGroups++;
  }

  /**
   * Returns when the first group expires, in milliseconds of the cluster time; {@link Group#NEVER}
   * if none does.
   */
  long nextExpiryMillis() {
    return expiries.nextMillis();
  }

  /** Returns the number of groups, without tombstones. */
  int size() {
    return groups.size() - tombstones.size();
  }

  /**
   * Returns what scrapes show of these groups, for any thread. Changes between two calls copy each
   * node of the trees once at most.
   */
  Exposition exposition() {
    memos.groupsTake(memoryBytes());
    return new Exposition(
        families.publish(),
        new Exposition.Details(failureReasons, expiries.times()),
        size(),
        families.counts(expiredGroups),
        new Exposition.Heap(memoryBytes(), heap.replacedBytes(), memos));
  }

  /**
   * Merges a change, or a whole state, into its group. Returns the changed families as the merge
   * has made them; the settlement has possibly replaced their objects since.
   *
   * @param change must not be used afterwards
   */
  List<FamilyChange> merge(Group change) {
    if (wipedAt != null && change.hasAnythingUpTo(wipedAt)) {
      // A wipe is a delete of every group, also of a group whose older change arrives later. The
      // floor is set only where needed, because a raised floor makes the merge examine all families
      // of the group.
      if (Version.isLater(wipedAt, change.deletedAt)) {
        change.delete(wipedAt, 0);
      }
    }
    long costBefore = HeapCost.of(groups.get(change.key));
    Group group = groups.computeIfAbsent(change.key, Group::new);
    PushStamp failureBefore = group.lastFailure;
    long expiryBefore = group.expiresAtMillis();
    long fieldsBefore = digest == null ? 0 : StateDigest.ofFields(group);
    List<FamilyChange> changes = GroupMerge.merge(group, change);
    for (FamilyChange each : changes) {
      follow(each);
      if (digest != null) {
        digest.add(group.key, digest.difference(each));
      }
    }
    dropImpliedFloors(group);
    if (digest != null) {
      digest.add(group.key, StateDigest.ofFields(group) - fieldsBefore);
    }
    refreshPushTimes(group);
    if (!Objects.equals(group.lastFailure, failureBefore)) {
      noteReason(group.key, group.lastFailure);
    }
    expiries.move(group.key, expiryBefore, group.expiresAtMillis());
    keepOrDrop(group);
    heap.add(HeapCost.of(groups.get(change.key)) - costBefore);
    settle();
    return changes;
  }

  private void noteReason(GroupKey key, @Nullable PushStamp after) {
    String reason = after == null ? null : after.reason();
    failureReasons =
        reason == null ? failureReasons.without(key) : failureReasons.with(key, reason);
  }

  /**
   * Removes floors that a higher floor implies. States with equal content then have equal floors,
   * whatever the order of merges.
   */
  private void dropImpliedFloors(Group group) {
    if (!Version.isLater(group.deletedAt, wipedAt)) {
      group.delete(null, 0);
    }
    if (!Version.isLater(group.replacedAt, Version.later(group.deletedAt, wipedAt))) {
      group.replacedAt = null;
    }
  }

  private void keepOrDrop(Group group) {
    if (!group.isEmpty()) {
      tombstones.remove(group.key);
    } else if (digest != null && !group.isNothing()) {
      tombstones.add(group.key);
    } else {
      // A single node needs no tombstone: no other node can bring the group back.
      groups.remove(group.key);
      tombstones.remove(group.key);
    }
  }

  /** Removes the tombstone of a group. */
  void dropTombstone(GroupKey key) {
    Group group = tombstones.remove(key) ? groups.remove(key) : null;
    heap.add(-HeapCost.of(group));
    if (group != null && digest != null) {
      digest.add(key, -StateDigest.ofFields(group));
    }
  }

  /**
   * Returns for how many series the exposure was recomputed. The number is the cost of conflicts.
   */
  long seriesSettled() {
    return shadowing.seriesSettled();
  }

  /** Returns an upper bound of the heap that groups, families and descriptors take. */
  long memoryBytes() {
    return heap.bytes();
  }

  /** Returns by how much a change would raise {@link #memoryBytes}. */
  long growth(Change change) {
    return heap.growth(change);
  }

  /** Returns the equal descriptor that other groups use already, or the given descriptor. */
  Descriptor shared(Descriptor descriptor) {
    return families.shared(descriptor);
  }

  private void refreshPushTimes(Group group) {
    Version claimedAt = group.stampsClaimedAt();
    Family push = PushTimes.pushTime(group, claimedAt);
    if (push != group.pushTime) {
      Family before = group.pushTime;
      group.pushTime = push;
      follow(new FamilyChange(before, push));
    }
    Family failure = PushTimes.pushFailureTime(group, claimedAt);
    if (failure != group.pushFailureTime) {
      Family before = group.pushFailureTime;
      group.pushFailureTime = failure;
      follow(new FamilyChange(before, failure));
    }
  }

  private void follow(FamilyChange change) {
    lookalikes.changed(change.before(), change.after());
    shadowing.changing(change);
    if (families.apply(change)) {
      lookalikes.changedName(change.any());
    }
  }

  private void settle() {
    for (Shadowing.Settled settled : shadowing.settle()) {
      lookalikes.changed(settled.family(), settled.by());
      if (families.substitute(settled.family(), settled.by())) {
        lookalikes.changedName(settled.by());
      }
    }
    // Only exposed families and series can look alike.
    lookalikes.settle();
  }
}
