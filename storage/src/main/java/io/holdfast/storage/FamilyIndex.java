package io.holdfast.storage;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The families of all groups, by name and by series, with their totals. The push times of the
 * groups are included.
 *
 * <p>The index holds verdicts and makes none. {@link Shadowing} and {@link Lookalikes} decide what
 * scrapes show, and the index exchanges the objects.
 *
 * <p>Invariant: between two merges, the families of a name are the families of that name in all
 * groups, as the same objects.
 *
 * <p>Cost: a change costs a search in two trees. A change of the shape also costs a search in a
 * hash table for each series of the family.
 *
 * <p>Concurrency: mutable, confined to the writer thread. The tree of names is shared with {@link
 * Exposition}, and changes in place only between two publications.
 */
final class FamilyIndex {
  /** The groups, which {@link Groups} changes. */
  private final Map<GroupKey, Group> groups;

  private final Descriptors descriptors;
  private final HeapAccount heap;
  private final SeriesIndex series = new SeriesIndex();
  private SortedTree<String, NamedFamily> names = SortedTree.empty();

  /** Changes the trees in place until they are published. */
  private SortedTree.Edit edit = new SortedTree.Edit();

  private long seriesCount;
  private long shadowedCount;

  /** For each of {@link Looks#SCHEMES}, how many exposed series the scheme leaves out. */
  private final long[] leftOutCounts = new long[Looks.SCHEMES.size()];

  FamilyIndex(Map<GroupKey, Group> groups, Descriptors descriptors, HeapAccount heap) {
    this.groups = groups;
    this.descriptors = descriptors;
    this.heap = heap;
  }

  /** Returns the family or push time of this group with this name, or null. */
  @Nullable Family family(GroupKey key, String name) {
    Group group = groups.get(key);
    return group == null ? null : group.family(name);
  }

  /** Returns the names as of now. The next change invalidates the tree, see {@link #publish}. */
  SortedTree<String, NamedFamily> names() {
    return names;
  }

  /** Returns the names as of now, for any thread and any time. Later changes make new nodes. */
  SortedTree<String, NamedFamily> publish() {
    edit = new SortedTree.Edit();
    return names;
  }

  SeriesIndex series() {
    return series;
  }

  /** Returns the numbers of series, beside the number of groups that this node has expired. */
  Exposition.Counts counts(long expiredGroups) {
    return new Exposition.Counts(seriesCount, shadowedCount, leftOutCounts.clone(), expiredGroups);
  }

  /** Returns the equal descriptor that other groups use already, or the given descriptor. */
  Descriptor shared(Descriptor descriptor) {
    NamedFamily named = names.get(descriptor.name());
    return named != null && named.descriptor().equals(descriptor)
        ? named.descriptor()
        : descriptors.shared(descriptor);
  }

  /**
   * Follows a change of a group. Returns whether scrapes can show the name of the family in another
   * way: with another type, by another claim, for the first time, or no longer.
   */
  boolean apply(FamilyChange change) {
    Family before = change.before();
    Family after = change.after();
    boolean isShownOtherwise = rename(change.name(), before, after);
    if (!change.keepsShape()) {
      if (before != null) {
        disown(before);
      }
      if (after != null) {
        own(after);
      }
    }
    descriptors.replace(
        before == null ? null : before.descriptor, after == null ? null : after.descriptor);
    heap.replaced(before, after);
    return isShownOtherwise;
  }

  /**
   * Replaces a family of a group by another object with equal name and shape. Returns what {@link
   * #apply} returns.
   */
  boolean substitute(Family family, Family by) {
    Group group = groups.get(family.group);
    if (group == null) {
      return false;
    }
    group.substitute(by);
    heap.replaced(family, by);
    return rename(family.name(), family, by);
  }

  /** Replaces the object that describes a name. */
  void substitute(NamedFamily named, NamedFamily by) {
    putName(named, by, named.name());
  }

  private boolean rename(String name, @Nullable Family before, @Nullable Family after) {
    NamedFamily was = names.get(name);
    NamedFamily named;
    if (was != null) {
      named = was.with(before, after, edit);
    } else if (after != null) {
      named = NamedFamily.of(after);
    } else {
      throw new IllegalStateException("family " + name + ": removed but not known");
    }
    putName(was, named.isHeld() ? named : null, name);
    shadowedCount += shadowedSeries(after) - shadowedSeries(before);
    boolean isShownAlike =
        before != null
            && after != null
            && before.type() == after.type()
            && before.claimedAt.equals(after.claimedAt)
            && (was == null || was.isExposed()) == named.isExposed();
    return !isShownAlike;
  }

  private static int shadowedSeries(@Nullable Family family) {
    return family == null ? 0 : family.shadowedSeries();
  }

  private void putName(@Nullable NamedFamily was, @Nullable NamedFamily is, String name) {
    names = is == null ? names.without(name) : names.with(name, is, edit);
    for (int i = 0; i < leftOutCounts.length; i++) {
      leftOutCounts[i] +=
          (is == null ? 0 : is.leftOutSeries(i)) - (was == null ? 0 : was.leftOutSeries(i));
    }
  }

  private void own(Family family) {
    count(family, family.seriesHashes.length);
    SeriesIndex.Claims claims = owner -> claimedAt(owner, family);
    for (long hash : family.seriesHashes) {
      series.add(hash, family.group, family.claimedAt, claims);
    }
  }

  /** Returns the claim of another group to a series that a family comes to share with it. */
  private Version claimedAt(GroupKey owner, Family sharing) {
    Family theirs = family(owner, sharing.name());
    // Without such a family, two hashes are equal by chance.
    return theirs == null ? sharing.claimedAt : theirs.claimedAt;
  }

  private void disown(Family family) {
    count(family, -family.seriesHashes.length);
    for (long hash : family.seriesHashes) {
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
}
