package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All families with one name: their groups with types and HELP texts, the winning type, and the
 * block that a scrape shows.
 *
 * <p>Immutable, apart from values that readers cache.
 */
final class NamedFamily {
  /** The descriptor of the group that changed last. */
  private final Descriptor descriptor;

  /** Every group's family of this name, shadowed families included. */
  private final SortedTree<GroupKey, Family> holders;

  private final HolderCounts counts;
  private final ExposedTotals exposed;

  /** The winning type: of several incompatible types, the type with the oldest claim. */
  private final MetricType type;

  /**
   * Whether the name is blocked: an older family with a colliding name keeps this name out of every
   * scrape.
   */
  private final boolean isBlocked;

  /**
   * The family header, HELP and TYPE, made by the first reader. The writer does not need it, and a
   * HELP text can be long. The race is intended: two readers render equal bytes, and either result
   * stays.
   */
  private byte @Nullable [] header;

  /**
   * All claims in order, made in the name's first conflict. From then on each change updates them.
   * In a conflict, each further holder then costs one search. The race of {@link #header} is
   * intended here too.
   */
  private @Nullable SortedTree<Claim, Claim> claims;

  /** Creates a name whose descriptor and type are those of the family that changed last. */
  private NamedFamily(
      Family last,
      SortedTree<GroupKey, Family> holders,
      HolderCounts counts,
      ExposedTotals exposed,
      boolean isBlocked) {
    this.descriptor = last.descriptor;
    this.holders = holders;
    this.counts = counts;
    this.exposed = exposed;
    this.type = last.type();
    this.isBlocked = isBlocked;
  }

  /** Creates a name with the descriptor and the counts of another object. */
  private NamedFamily(
      NamedFamily other,
      SortedTree<GroupKey, Family> holders,
      ExposedTotals exposed,
      MetricType type,
      boolean isBlocked) {
    this.descriptor = other.descriptor;
    this.holders = holders;
    this.counts = other.counts;
    this.exposed = exposed;
    this.type = type;
    this.isBlocked = isBlocked;
  }

  static NamedFamily of(Family first) {
    NamedFamily withoutHolders =
        new NamedFamily(first, SortedTree.empty(), HolderCounts.NONE, ExposedTotals.NONE, false);
    return withoutHolders.with(null, first, null);
  }

  String name() {
    return descriptor.name();
  }

  Descriptor descriptor() {
    return descriptor;
  }

  MetricType type() {
    return type;
  }

  boolean isBlocked() {
    return isBlocked;
  }

  boolean isHeld() {
    return !holders.isEmpty();
  }

  SortedTree<GroupKey, Family> holders() {
    return holders;
  }

  int holdersOfType(MetricType one) {
    return counts.byType()[one.getNumber()];
  }

  HolderCounts counts() {
    return counts;
  }

  /** Returns HELP and TYPE as a scrape shows them. */
  byte[] header() {
    byte[] rendered = header;
    if (rendered == null) {
      rendered = TextWriter.header(name(), help(), type);
      header = rendered;
    }
    return rendered;
  }

  /**
   * Returns the HELP text that a scrape shows. Of different texts it is the first in order that is
   * not empty. The choice does not depend on the order of pushes, so every node shows the same
   * text.
   */
  @Nullable String help() {
    // An empty text comes first in the order.
    String first = counts.helps().without("").firstKey();
    return first == null ? counts.helps().firstKey() : first;
  }

  /** Returns whether a scrape shows any series of this name. */
  boolean isExposed() {
    return exposed.bytes() > 0;
  }

  /** Returns whether a scrape with this scheme shows any series of this name. */
  boolean isShown(EscapingScheme scheme) {
    int index = Looks.indexOf(scheme);
    return isExposed() && (index < 0 || exposed.leftOut(index) < exposed.series());
  }

  /** Returns whether all samples look the same under every scheme, and no scheme leaves out any. */
  boolean looksTheSame() {
    return exposed.others() == 0;
  }

  /** Returns whether the given scheme of {@link Looks#SCHEMES} leaves out the whole name. */
  boolean isLeftOut(int scheme) {
    return exposed.isWhollyLeftOut(scheme);
  }

  /** Returns how many exposed series the given scheme of {@link Looks#SCHEMES} leaves out. */
  long leftOutSeries(int scheme) {
    return exposed.leftOut(scheme);
  }

  /**
   * Returns this name with another verdict on whether the given scheme of {@link Looks#SCHEMES}
   * leaves it out as a whole.
   */
  NamedFamily leavingOut(int scheme, boolean wholly) {
    ExposedTotals changed = exposed.leavingOut(scheme, wholly);
    return new NamedFamily(this, holders, changed, type, isBlocked).keeping(this, claims);
  }

  /** Returns whether groups hold incompatible types. */
  boolean hasTypeConflict() {
    int kinds = 0;
    for (MetricType one : MetricType.values()) {
      // A text scrape has one type for both kinds of histogram.
      if (one != MetricType.GAUGE_HISTOGRAM && holdersCompatibleWith(one) > 0) {
        kinds++;
      }
    }
    return kinds > 1;
  }

  private int holdersCompatibleWith(MetricType one) {
    return one == MetricType.HISTOGRAM
        ? holdersOfType(MetricType.HISTOGRAM) + holdersOfType(MetricType.GAUGE_HISTOGRAM)
        : holdersOfType(one);
  }

  static boolean areCompatible(MetricType one, MetricType other) {
    return one == other || (isHistogram(one) && isHistogram(other));
  }

  private static boolean isHistogram(MetricType type) {
    return type == MetricType.HISTOGRAM || type == MetricType.GAUGE_HISTOGRAM;
  }

  /**
   * Returns this name with one group's family changed. One of the two families can be absent.
   *
   * @param edit if not null, the holders of this object can change with those of the returned one
   */
  NamedFamily with(
      @Nullable Family before, @Nullable Family after, SortedTree.@Nullable Edit edit) {
    Family any = after == null ? Objects.requireNonNull(before, "before") : after;
    SortedTree<GroupKey, Family> newHolders =
        after == null ? holders.without(any.group) : holders.with(any.group, after, edit);
    ExposedTotals newExposed = exposed.with(before, after);
    if (before != null
        && after != null
        && before.descriptor.equals(after.descriptor)
        && before.claimedAt.equals(after.claimedAt)) {
      return new NamedFamily(this, newHolders, newExposed, type, isBlocked).keeping(this, claims);
    }
    SortedTree<Claim, Claim> newClaims = claims == null ? null : changed(claims, before, after);
    NamedFamily changed =
        new NamedFamily(any, newHolders, counts.with(before, after), newExposed, isBlocked);
    return changed.keeping(this, newClaims).settled().keeping(this, newClaims);
  }

  private static SortedTree<Claim, Claim> changed(
      SortedTree<Claim, Claim> claims, @Nullable Family before, @Nullable Family after) {
    SortedTree<Claim, Claim> changed = claims;
    if (before != null) {
      changed = changed.without(Claim.of(before));
    }
    if (after != null) {
      Claim claim = Claim.of(after);
      changed = changed.with(claim, claim);
    }
    return changed;
  }

  /** Takes over the cached values of another object that are still right. */
  private NamedFamily keeping(
      NamedFamily other, @Nullable SortedTree<Claim, Claim> stillRightClaims) {
    if (claims == null) {
      claims = stillRightClaims;
    }
    if (type == other.type && Objects.equals(help(), other.help())) {
      header = other.header;
    }
    return this;
  }

  NamedFamily blocked(boolean nowBlocked) {
    return new NamedFamily(this, holders, exposed, type, nowBlocked).keeping(this, claims);
  }

  /** Returns this name with the winning type, which follows from the holders. */
  private NamedFamily settled() {
    MetricType winner = type;
    if (hasTypeConflict()) {
      Claim oldest = oldestClaim();
      winner = oldest == null ? type : oldest.type();
      if (isHistogram(winner) && holdersOfType(MetricType.HISTOGRAM) > 0) {
        // Of both kinds of histogram, the kind that owns suffixes, as without the conflict.
        winner = MetricType.HISTOGRAM;
      }
    } else {
      for (MetricType one : MetricType.values()) {
        if (holdersOfType(one) > 0) {
          winner = one;
          break;
        }
      }
    }
    return new NamedFamily(this, holders, exposed, winner, isBlocked).keeping(this, claims);
  }

  /**
   * Returns the claim that wins a conflict. The first conflict in the life of a name costs time in
   * proportion to the holders.
   */
  @Nullable Claim oldestClaim() {
    SortedTree<Claim, Claim> ordered = claims;
    if (ordered == null) {
      ordered = ordered(holders);
      claims = ordered;
    }
    return ordered.firstKey();
  }

  private static SortedTree<Claim, Claim> ordered(SortedTree<GroupKey, Family> holders) {
    List<Claim> sorted = new ArrayList<>(holders.size());
    holders.forEach(family -> sorted.add(Claim.of(family)));
    sorted.sort(null);
    SortedTree<Claim, Claim> claims = SortedTree.empty();
    for (Claim claim : sorted) {
      claims = claims.with(claim, claim);
    }
    return claims;
  }
}
