package io.holdfast.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settlement of conflicts between stored families.
 *
 * <p>{@link ConsistencyIndex} refuses pushes that conflict. Two other ways lead to conflicts: two
 * nodes accept conflicting pushes at once, or two grouping keys have the same push times. Then the
 * older {@link Claim} is exposed, and the later claim is <em>shadowed</em>: stored, not exposed,
 * counted. {@link Shadows} explains a shadowed series to a reader.
 *
 * <ul>
 *   <li>Of a name or type that the server itself has, the server's is exposed.
 *   <li>Of names that collide by a suffix ({@link SuffixRule}), the name with the older claim is
 *       exposed. The later name is blocked: all its series are shadowed.
 *   <li>Of incompatible types under one name, the type of the oldest claim is exposed.
 *   <li>Of equal series, the series with the older claim is exposed.
 * </ul>
 *
 * <p>Names that look alike only under an escaping scheme are no conflict. {@link Lookalikes}
 * settles them for each scheme, among the exposed families.
 *
 * <h2>Use</h2>
 *
 * A merge makes three steps for its changes: {@link #changing} before each change of the index, the
 * change itself, then one {@link #settle} for all of them.
 *
 * <h2>Invariants</h2>
 *
 * After each settlement:
 *
 * <ul>
 *   <li>The exposure of every family is a function of the families alone. The order of the merges
 *       does not matter, so nodes with equal groups show equal expositions.
 *   <li>No series is exposed twice, and no name with two types.
 *   <li>A family without a conflict is exposed as a whole.
 *   <li>No notes are left. {@link #disputedNames} has exactly the names that are blocked or have
 *       incompatible types.
 * </ul>
 *
 * <h2>Cost</h2>
 *
 * Without any conflict, a change costs a comparison; a change of the shape costs one search for
 * each of its series. In a conflict, a settlement recomputes the families that the merge has
 * changed, and of each shared series the former and the new first owner. All families of a name are
 * recomputed only if the winning type or the blocking of the name has changed.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class Shadowing {
  /** A family whose exposure is another, and the object that must take its place. */
  record Settled(Family family, Family by) {}

  /**
   * The first owner of a shared series.
   *
   * @param name of the family
   */
  private record FirstOwner(String name, @Nullable GroupKey group) {}

  private final FamilyIndex families;
  private final ReservedNames reserved;

  /** Names that are blocked or hold incompatible types. */
  private final Set<String> disputedNames = new LinkedHashSet<>();

  private long seriesSettled;

  // The notes of one merge, from its first change to its settlement.

  private final Deque<String> namesToSettle = new ArrayDeque<>();

  /** The former states of the names to settle; null for new names. */
  private final Map<String, @Nullable NamedFamily> namesBefore = new HashMap<>();

  private final Set<FamilyId> familiesToSettle = new LinkedHashSet<>();

  /** For each shared series that the merge has changed, the group that was exposed before. */
  private final Map<Long, FirstOwner> firstOwnersBefore = new HashMap<>();

  /**
   * Creates the settlement for an empty index.
   *
   * @param reserved the server's own names; families that contradict them are shadowed
   */
  Shadowing(FamilyIndex families, ReservedNames reserved) {
    this.families = families;
    this.reserved = reserved;
  }

  /**
   * Returns for how many series the exposure was recomputed. The number is the cost of conflicts.
   */
  long seriesSettled() {
    return seriesSettled;
  }

  /** Notes a change that the index is about to follow. */
  void changing(FamilyChange change) {
    String name = change.name();
    Family after = change.after();
    if (!change.keepsShape()) {
      namesBefore.putIfAbsent(name, families.names().get(name));
      noteFirstOwners(change.before(), after);
      namesToSettle.add(name);
    }
    if (after != null
        && (!change.keepsShape()
            || families.series().hasSharedHashes()
            || !disputedNames.isEmpty())) {
      familiesToSettle.add(FamilyId.of(after));
    }
  }

  private void noteFirstOwners(@Nullable Family before, @Nullable Family after) {
    SeriesIndex series = families.series();
    if (before != null && series.hasSharedHashes()) {
      for (long hash : before.seriesHashes) {
        if (series.owners(hash) > 1) {
          firstOwnersBefore.putIfAbsent(hash, new FirstOwner(before.name(), series.first(hash)));
        }
      }
    }
    if (after != null) {
      for (long hash : after.seriesHashes) {
        GroupKey first = series.first(hash);
        if (first != null && !first.equals(after.group)) {
          firstOwnersBefore.putIfAbsent(hash, new FirstOwner(after.name(), first));
        }
      }
    }
  }

  /**
   * Settles all that the noted changes can affect. Blocks and frees names in the index. Returns the
   * families whose exposure is another; the caller must substitute them in the index.
   */
  List<Settled> settle() {
    for (String name = namesToSettle.poll(); name != null; name = namesToSettle.poll()) {
      settleName(name);
    }
    namesBefore.clear();
    firstOwnersBefore.forEach(this::markFirstOwners);
    firstOwnersBefore.clear();
    if (familiesToSettle.isEmpty()) {
      return List.of();
    }
    // No exposure depends on another family's exposure, so the caller can substitute all of them
    // later.
    List<Settled> settled = new ArrayList<>(0);
    for (FamilyId id : familiesToSettle) {
      Family family = families.family(id.group(), id.name());
      if (family != null) {
        seriesSettled += family.seriesHashes.length;
        Family by = exposure(family);
        if (by != family) {
          settled.add(new Settled(family, by));
        }
      }
    }
    familiesToSettle.clear();
    return settled;
  }

  private void settleName(String name) {
    NamedFamily named = families.names().get(name);
    NamedFamily before = namesBefore.containsKey(name) ? namesBefore.get(name) : named;
    boolean isBlocked = named != null && isBlocked(named);
    boolean isDisputed = named != null && (isBlocked || named.hasTypeConflict());
    if (named != null && isBlocked != named.isBlocked()) {
      NamedFamily blocked = named.blocked(isBlocked);
      families.substitute(named, blocked);
      named = blocked;
    }
    if (isDisputed) {
      disputedNames.add(name);
    } else {
      disputedNames.remove(name);
    }
    if (named != null && before != null && isOtherwiseExposed(before, named)) {
      named.holders().forEach(family -> familiesToSettle.add(FamilyId.of(family)));
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
      NamedFamily under = base == null ? null : families.names().get(base);
      if (under != null && under.isBlocked() != isBlocked(under)) {
        namesToSettle.add(under.name());
      }
      NamedFamily over = families.names().get(name + suffix);
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
      NamedFamily under = base == null ? null : families.names().get(base);
      if (under != null && SuffixRule.owns(under.type(), suffix) && isOutranked(named, under)) {
        return true;
      }
      if (SuffixRule.owns(named.type(), suffix)) {
        NamedFamily over = families.names().get(named.name() + suffix);
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

  private void markFirstOwners(long hash, FirstOwner before) {
    GroupKey now = families.series().first(hash);
    if (!Objects.equals(before.group, now)) {
      if (before.group != null) {
        familiesToSettle.add(new FamilyId(before.group, before.name));
      }
      if (now != null) {
        familiesToSettle.add(new FamilyId(now, before.name));
      }
    }
  }

  private Family exposure(Family family) {
    NamedFamily named = families.names().get(family.name());
    if (named == null
        || named.isBlocked()
        || !NamedFamily.areCompatible(family.type(), named.type())) {
      return family.seriesHashes.length == family.shadowedSeries() ? family : family.shadowed();
    }
    BitSet shadowed = shadowedSeries(family);
    if (shadowed.isEmpty()) {
      return family.shadowedSeries() == 0 ? family : family.exposing(family.text, shadowed);
    }
    return family.exposing(SeriesText.of(family).without(shadowed), shadowed);
  }

  private BitSet shadowedSeries(Family family) {
    BitSet shadowed = new BitSet();
    SeriesIndex series = families.series();
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
}
