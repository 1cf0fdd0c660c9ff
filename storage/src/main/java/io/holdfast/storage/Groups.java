package io.holdfast.storage;

import io.holdfast.storage.Lookalikes.Holder;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All groups in memory, with the data derived from them: family names, series owners, the
 * exposition. The disk has the groups themselves. The data is read and derived at the start, and
 * each change updates it.
 *
 * <h2>Shadowing</h2>
 *
 * {@link ConsistencyIndex} refuses pushes that conflict. Two other ways lead to conflicts: two
 * nodes accept conflicting pushes at once, or two grouping keys have the same push times. Then the
 * older claim is exposed and the later claim is <em>shadowed</em>: stored, not exposed, counted.
 * The exposition is a function of the groups alone, so nodes with equal groups show equal
 * expositions.
 *
 * <ul>
 *   <li>Of incompatible types under one name, the type of the oldest claim is exposed.
 *   <li>Of names that collide by a suffix ({@link SuffixRule}), the name with the older claim is
 *       exposed.
 *   <li>Of equal series, the series with the older claim is exposed.
 *   <li>Of a name or type that the server itself has, the server's is exposed.
 * </ul>
 *
 * <p>Names that look alike only under an escaping scheme are no conflict. {@link Lookalikes}
 * settles them for each scheme, among the exposed families.
 *
 * <p>Without any conflict, this costs a comparison per change. In a conflict, {@link #settle}
 * recomputes the families that the change affects.
 *
 * <p>Concurrency: confined to the writer thread. {@link #exposition} makes immutable expositions
 * for other threads.
 */
final class Groups {
  /**
   * The first owner of a shared series.
   *
   * @param name of the family
   */
  private record FirstOwner(String name, @Nullable GroupKey group) {}

  private final Map<GroupKey, Group> groups = new HashMap<>();

  /** The deleted groups of which only a floor is left. Empty if the store was always alone. */
  private final Set<GroupKey> tombstones = new HashSet<>();

  /** Null for a store that is not replicated. */
  private final @Nullable StateDigest digest;

  private final ReservedNames reserved;

  /** The floor of the last wipe: all content up to this version is gone, in every group. */
  private @Nullable Version wipedAt;

  private final SeriesIndex series = new SeriesIndex();
  private SortedTree<String, NamedFamily> names = SortedTree.empty();
  private SortedTree<GroupKey, String> failureReasons = SortedTree.empty();
  private long seriesCount;
  private long shadowedCount;

  /** The heap that groups and families take, without their descriptors. */
  private long memoryBytes;

  private long seriesSettled;

  private long replacedBytes;
  private final Descriptors descriptors = new Descriptors();
  private final MemoRoom memos;

  /** Names that are blocked or hold incompatible types. */
  private final Set<String> disputedNames = new LinkedHashSet<>();

  /** For each of {@link Looks#SCHEMES}, how many exposed series it leaves out. */
  private final long[] leftOutCounts = new long[Looks.SCHEMES.size()];

  private final Lookalikes lookalikes;

  private final Expiries expiries = new Expiries();
  private long expiredGroups;
  private final Deque<String> namesToSettle = new ArrayDeque<>();

  /** The former states of the names that the merge has changed; null for new names. */
  private final Map<String, @Nullable NamedFamily> namesBefore = new HashMap<>();

  private final Set<Holder> familiesToSettle = new LinkedHashSet<>();

  /** For each shared series that the merge has changed, the group that was exposed before. */
  private final Map<Long, FirstOwner> firstOwnersBefore = new HashMap<>();

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
    this.lookalikes = new Lookalikes(this, reserved);
    this.memos = memos;
  }

  /** Returns an empty set of groups with these settings. */
  Groups emptied() {
    Groups emptied = new Groups(isReplicated(), reserved, memos);
    emptied.replacedBytes = replacedBytes + memoryBytes();
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
    Group group = groups.get(key);
    return group == null ? null : group.family(name);
  }

  SortedTree<String, NamedFamily> names() {
    return names;
  }

  SeriesIndex series() {
    return series;
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

  Exposition exposition() {
    memos.groupsTake(memoryBytes());
    return new Exposition(
        names,
        new Exposition.Details(failureReasons, expiries.times()),
        size(),
        new Exposition.Counts(seriesCount, shadowedCount, leftOutCounts.clone(), expiredGroups),
        new Exposition.Heap(memoryBytes(), replacedBytes, memos));
  }

  /**
   * Merges a change, or a whole state, into its group.
   *
   * @param change must not be used afterwards
   * @param listener hears of each family that was added, changed or removed
   */
  void merge(Group change, GroupMerge.Listener listener) {
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
    GroupMerge.merge(
        group,
        change,
        (before, after) -> {
          replace(before, after);
          if (digest != null) {
            long difference = after == null ? 0 : digest.of(after);
            digest.add(group.key, before == null ? difference : difference - digest.of(before));
          }
          listener.changed(before, after);
        });
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
    memoryBytes += HeapCost.of(groups.get(change.key)) - costBefore;
    settle();
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
    memoryBytes -= HeapCost.of(group);
    if (group != null && digest != null) {
      digest.add(key, -StateDigest.ofFields(group));
    }
  }

  /**
   * Returns for how many series the exposure was recomputed. The number is the cost of conflicts.
   */
  long seriesSettled() {
    return seriesSettled;
  }

  /** Returns an upper bound of the heap that groups, families and descriptors take. */
  long memoryBytes() {
    return memoryBytes + descriptors.memoryBytes();
  }

  /**
   * Returns by how much a change would raise {@link #memoryBytes}. The cost is in proportion to the
   * change.
   */
  long growth(Change change) {
    if (change instanceof Change.Push push) {
      return growthOfGroup(push.group(), null) + growthOfFamilies(push);
    }
    if (change instanceof Change.Unchecked unchecked) {
      return growth(unchecked.push());
    }
    if (change instanceof Change.FailedPush failed) {
      return growthOfGroup(failed.group(), failed.rejection().message());
    }
    if (change instanceof Change.Delete delete && isReplicated()) {
      return groups.containsKey(delete.group()) ? 0 : HeapCost.ofTombstone(delete.group());
    }
    return 0;
  }

  /** Returns by how much a failed push to this group would raise {@link #memoryBytes}. */
  long growthOfGroup(GroupKey key, @Nullable String reason) {
    String kept = reason == null ? null : PushStamp.bounded(reason);
    Group present = groups.get(key);
    if (present == null || present.isEmpty()) {
      return HeapCost.ofNewGroup(key, kept);
    }
    String before = present.lastFailure == null ? null : present.lastFailure.reason();
    return kept == null ? 0 : HeapCost.growth(before, kept);
  }

  private long growthOfFamilies(Change.Push push) {
    Group present = groups.get(push.group());
    long bytes = 0;
    for (PushedFamily family : push.families().values()) {
      bytes += HeapCost.of(family);
      bytes += descriptors.has(family.descriptor()) ? 0 : HeapCost.of(family.descriptor());
      Family before =
          present == null || push.replace() ? null : present.families.get(family.name());
      bytes -= before == null ? 0 : HeapCost.of(before);
    }
    if (present != null && push.replace()) {
      for (Family before : present.families.values()) {
        bytes -= HeapCost.of(before);
      }
    }
    return bytes;
  }

  private static SeriesText seriesText(Family family) {
    return SeriesText.of(family.name(), family.type(), family.text, family.seriesHashes.length);
  }

  /** Returns the equal descriptor that other groups use already, or the given descriptor. */
  Descriptor shared(Descriptor descriptor) {
    NamedFamily named = names.get(descriptor.name());
    return named != null && named.descriptor().equals(descriptor)
        ? named.descriptor()
        : descriptors.shared(descriptor);
  }

  private void refreshPushTimes(Group group) {
    Version claimedAt = group.stampsClaimedAt();
    Family push = PushTimes.pushTime(group, claimedAt);
    if (push != group.pushTime) {
      Family before = group.pushTime;
      group.pushTime = push;
      replace(before, push);
    }
    Family failure = PushTimes.pushFailureTime(group, claimedAt);
    if (failure != group.pushFailureTime) {
      Family before = group.pushFailureTime;
      group.pushFailureTime = failure;
      replace(before, failure);
    }
  }

  private void replace(@Nullable Family before, @Nullable Family after) {
    Family any = after == null ? before : after;
    if (any == null) {
      return;
    }
    lookalikes.changed(before, after);
    String name = any.name();
    namesBefore.putIfAbsent(name, names.get(name));
    rename(name, before, after);
    boolean sameShape =
        before != null
            && after != null
            && before.hasShapeOf(after.type(), after.seriesHashes)
            && before.claimedAt.equals(after.claimedAt);
    if (!sameShape) {
      if (before != null) {
        disown(before);
      }
      if (after != null) {
        own(after);
      }
      namesToSettle.add(name);
    }
    descriptors.replace(
        before == null ? null : before.descriptor, after == null ? null : after.descriptor);
    if (before != null) {
      shadowedCount -= before.shadowedSeries();
      memoryBytes -= HeapCost.of(before);
      replacedBytes += HeapCost.of(before);
    }
    if (after != null) {
      memoryBytes += HeapCost.of(after);
    }
    if (after != null && (!sameShape || series.hasSharedHashes() || !disputedNames.isEmpty())) {
      familiesToSettle.add(new Holder(after.group, name));
    }
  }

  private void rename(String name, @Nullable Family before, @Nullable Family after) {
    NamedFamily was = names.get(name);
    NamedFamily named;
    if (was != null) {
      named = was.with(before, after);
    } else if (after != null) {
      named = NamedFamily.of(after);
    } else {
      throw new IllegalStateException("family " + name + ": removed but not known");
    }
    putName(was, named.isHeld() ? named : null, name);
    boolean isShownAlike =
        before != null
            && after != null
            && before.type() == after.type()
            && before.claimedAt.equals(after.claimedAt)
            && (was == null || was.isExposed()) == named.isExposed();
    if (!isShownAlike) {
      lookalikes.changed(named);
    }
  }

  private void putName(@Nullable NamedFamily was, @Nullable NamedFamily is, String name) {
    names = is == null ? names.without(name) : names.with(name, is);
    for (int i = 0; i < leftOutCounts.length; i++) {
      leftOutCounts[i] +=
          (is == null ? 0 : is.leftOutSeries(i)) - (was == null ? 0 : was.leftOutSeries(i));
    }
  }

  /** Replaces a family of a group by another object with equal name and shape. */
  void substitute(Family family, Family by) {
    Group group = groups.get(family.group);
    if (group != null) {
      memoryBytes += HeapCost.of(by) - HeapCost.of(family);
      replacedBytes += HeapCost.of(family);
      group.substitute(by);
      rename(family.name(), family, by);
    }
  }

  /** Replaces the object that describes a name. */
  void substitute(NamedFamily named, NamedFamily by) {
    putName(named, by, named.name());
  }

  private void own(Family family) {
    count(family, family.seriesHashes.length);
    for (long hash : family.seriesHashes) {
      GroupKey first = series.first(hash);
      if (first != null && !first.equals(family.group)) {
        firstOwnersBefore.putIfAbsent(hash, new FirstOwner(family.name(), first));
      }
      series.add(hash, family.group, family.claimedAt, owner -> claimedAt(owner, family));
    }
  }

  /** Returns the claim of another group to a series that a family comes to share with it. */
  private Version claimedAt(GroupKey owner, Family sharing) {
    Group group = groups.get(owner);
    Family theirs = group == null ? null : group.family(sharing.name());
    // Without such a family, two hashes are equal by chance.
    return theirs == null ? sharing.claimedAt : theirs.claimedAt;
  }

  private void disown(Family family) {
    count(family, -family.seriesHashes.length);
    for (long hash : family.seriesHashes) {
      if (series.hasSharedHashes() && series.owners(hash) > 1) {
        firstOwnersBefore.putIfAbsent(hash, new FirstOwner(family.name(), series.first(hash)));
      }
      series.remove(hash, family.group);
    }
  }

  private void count(Family family, int more) {
    seriesCount += more;
    Group group = PushTimes.isReserved(family.name()) ? null : groups.get(family.group);
    if (group != null) {
      group.seriesCount += more;
    }
  }

  /**
   * Recomputes the exposure of everything that the last change has possibly affected. These are the
   * added and changed families. Of a shared series, the former and the new first owner are
   * included. All families of a name are included only if its winning type or its blocking has
   * changed.
   */
  private void settle() {
    for (String name = namesToSettle.poll(); name != null; name = namesToSettle.poll()) {
      settleName(name);
    }
    namesBefore.clear();
    firstOwnersBefore.forEach(this::markFirstOwners);
    firstOwnersBefore.clear();
    for (Holder holder : familiesToSettle) {
      settleFamily(holder);
    }
    familiesToSettle.clear();
    lookalikes.settle();
  }

  private void markFirstOwners(long hash, FirstOwner before) {
    GroupKey now = series.first(hash);
    if (!Objects.equals(before.group, now)) {
      if (before.group != null) {
        familiesToSettle.add(new Holder(before.group, before.name));
      }
      if (now != null) {
        familiesToSettle.add(new Holder(now, before.name));
      }
    }
  }

  private void settleName(String name) {
    NamedFamily named = names.get(name);
    NamedFamily before = namesBefore.containsKey(name) ? namesBefore.get(name) : named;
    boolean isBlocked = named != null && isBlocked(named);
    boolean isDisputed = named != null && (isBlocked || named.hasTypeConflict());
    if (named != null && isBlocked != named.isBlocked()) {
      NamedFamily blocked = named.blocked(isBlocked);
      putName(named, blocked, name);
      named = blocked;
    }
    if (isDisputed) {
      disputedNames.add(name);
    } else {
      disputedNames.remove(name);
    }
    if (named != null && before != null && isOtherwiseExposed(before, named)) {
      named.holders().forEach(family -> familiesToSettle.add(new Holder(family.group, name)));
    }
    namesBefore.put(name, named);
    settleNeighbours(name);
  }

  private static boolean isOtherwiseExposed(NamedFamily before, NamedFamily now) {
    return before.isBlocked() != now.isBlocked()
        || !NamedFamily.areCompatible(before.type(), now.type());
  }

  /**
   * Marks the colliding names that this name can block or free, now that its type or presence has
   * changed.
   */
  private void settleNeighbours(String name) {
    for (String suffix : SuffixRule.SUFFIXES) {
      String base = SuffixRule.base(name, suffix);
      NamedFamily under = base == null ? null : names.get(base);
      if (under != null && under.isBlocked() != isBlocked(under)) {
        namesToSettle.add(under.name());
      }
      NamedFamily over = names.get(name + suffix);
      if (over != null && over.isBlocked() != isBlocked(over)) {
        namesToSettle.add(over.name());
      }
    }
  }

  /**
   * Returns whether an older exposed name collides with this name. The recursion ends, because each
   * step goes to an older claim.
   */
  private boolean isBlocked(NamedFamily named) {
    if (reserved.isContradictedBy(named.name(), named.type())) {
      return true;
    }
    for (String suffix : SuffixRule.SUFFIXES) {
      String base = SuffixRule.base(named.name(), suffix);
      NamedFamily under = base == null ? null : names.get(base);
      if (under != null && SuffixRule.owns(under.type(), suffix) && isOutranked(named, under)) {
        return true;
      }
      if (SuffixRule.owns(named.type(), suffix)) {
        NamedFamily over = names.get(named.name() + suffix);
        if (over != null && isOutranked(named, over)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isOutranked(NamedFamily named, NamedFamily rival) {
    Claim claim = named.oldestClaim();
    Claim rivalClaim = rival.oldestClaim();
    if (claim == null || rivalClaim == null) {
      return false;
    }
    int byAge = rivalClaim.since().compareTo(claim.since());
    // One change can bring both names. Then the shorter name is exposed, which is the summary or
    // histogram.
    boolean isOlder = byAge != 0 ? byAge < 0 : rival.name().length() < named.name().length();
    return isOlder && !isBlocked(rival);
  }

  private void settleFamily(Holder holder) {
    Group group = groups.get(holder.group());
    Family family = group == null ? null : group.family(holder.name());
    if (group == null || family == null) {
      return;
    }
    seriesSettled += family.seriesHashes.length;
    Family settled = exposure(family);
    shadowedCount += settled.shadowedSeries() - family.shadowedSeries();
    if (settled != family) {
      lookalikes.changed(family, settled);
      substitute(family, settled);
    }
  }

  private Family exposure(Family family) {
    NamedFamily named = names.get(family.name());
    if (named == null || named.isBlocked() || !isOfWinningType(family, named)) {
      return family.seriesHashes.length == family.shadowedSeries() ? family : family.shadowed();
    }
    BitSet shadowed = shadowedSeries(family);
    if (shadowed.isEmpty()) {
      return family.shadowedSeries() == 0 ? family : family.exposing(family.text, shadowed);
    }
    return family.exposing(seriesText(family).without(shadowed), shadowed);
  }

  private BitSet shadowedSeries(Family family) {
    BitSet shadowed = new BitSet();
    if (!series.hasSharedHashes()) {
      return shadowed;
    }
    for (int i = 0; i < family.seriesHashes.length; i++) {
      GroupKey first = series.first(family.seriesHashes[i]);
      if (first != null && !first.equals(family.group)) {
        shadowed.set(i);
      }
    }
    return shadowed;
  }

  private static boolean isOfWinningType(Family family, NamedFamily named) {
    return NamedFamily.areCompatible(family.type(), named.type());
  }
}
