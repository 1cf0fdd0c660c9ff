package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that groups have under one family name: who has it with which type and help, which type won,
 * and the block that a scrape shows.
 *
 * <p>Immutable, but for what is kept of it once somebody has asked.
 */
final class NamedFamily {
  /** As the group that changed last in this has it. */
  private final Descriptor descriptor;

  /** Every group's family of this name, the shadowed ones too. */
  private final SortedTree<GroupKey, Family> holders;

  private final HolderCounts counts;
  private final ExposedTotals exposed;

  /** Of several incompatible types the one with the oldest claim. */
  private final MetricType type;

  /** Whether an older family with a colliding name keeps this one out of every scrape. */
  private final boolean isBlocked;

  /**
   * HELP and TYPE, once a reader has asked: a help may be long, and the writer has no use for it.
   * Racy by design: of two readers that render it at once one wins, and both have the same bytes.
   */
  private byte @Nullable [] header;

  /**
   * All claims in order, once they have mattered: a name that was never in conflict has none. Kept
   * up from then on, so that a conflict costs each further holder a search, and not a walk. Racy as
   * {@link #header} is.
   */
  private @Nullable SortedTree<Claim, Claim> claims;

  private NamedFamily(
      Descriptor descriptor,
      SortedTree<GroupKey, Family> holders,
      HolderCounts counts,
      ExposedTotals exposed,
      MetricType type,
      boolean isBlocked) {
    this.descriptor = descriptor;
    this.holders = holders;
    this.counts = counts;
    this.exposed = exposed;
    this.type = type;
    this.isBlocked = isBlocked;
  }

  static NamedFamily of(Family first) {
    NamedFamily nobody =
        new NamedFamily(
            first.descriptor,
            SortedTree.empty(),
            HolderCounts.NONE,
            ExposedTotals.NONE,
            first.type(),
            false);
    return nobody.with(null, first);
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

  /** HELP and TYPE as a scrape shows them. */
  byte[] header() {
    byte[] rendered = header;
    if (rendered == null) {
      rendered = TextWriter.header(name(), help(), type);
      header = rendered;
    }
    return rendered;
  }

  /**
   * The help that a scrape shows, where groups differ: the first in order that is not empty. It
   * does not depend on the order of pushes, so every node shows the same.
   */
  @Nullable String help() {
    // The empty one, if there is one, comes first.
    String first = counts.helps().without("").firstKey();
    return first == null ? counts.helps().firstKey() : first;
  }

  /** Whether a scrape shows anything of it. */
  boolean isExposed() {
    return exposed.bytes() > 0;
  }

  /** Whether a scrape with this scheme shows anything of it. */
  boolean isShown(EscapingScheme scheme) {
    int index = Looks.indexOf(scheme);
    return isExposed() && (index < 0 || exposed.leftOut(index) < exposed.series());
  }

  /** Whether all its samples look the same with every scheme, and none leaves any out. */
  boolean looksTheSame() {
    return exposed.others() == 0;
  }

  /** Whether this one of {@link Looks#SCHEMES} leaves it out as a whole. */
  boolean isLeftOut(int scheme) {
    return exposed.isWhollyLeftOut(scheme);
  }

  /** Of what is exposed, how many series this one of {@link Looks#SCHEMES} leaves out. */
  long leftOutSeries(int scheme) {
    return exposed.leftOut(scheme);
  }

  /** The same name, which this one of {@link Looks#SCHEMES} leaves out as a whole, or not. */
  NamedFamily leavingOut(int scheme, boolean wholly) {
    ExposedTotals changed = exposed.leavingOut(scheme, wholly);
    return new NamedFamily(descriptor, holders, counts, changed, type, isBlocked)
        .keeping(this, claims);
  }

  /** Whether groups hold types that cannot stand beside each other. */
  boolean hasTypeConflict() {
    int kinds = 0;
    for (MetricType one : MetricType.values()) {
      // The two kinds of histogram are one in a text scrape.
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

  /** With one group's family changed; either may be absent, not both. */
  NamedFamily with(@Nullable Family before, @Nullable Family after) {
    Family any = after == null ? Objects.requireNonNull(before, "before") : after;
    SortedTree<GroupKey, Family> newHolders =
        after == null ? holders.without(any.group) : holders.with(any.group, after);
    ExposedTotals newExposed = exposed.with(before, after);
    if (before != null
        && after != null
        && before.descriptor.equals(after.descriptor)
        && before.claimedAt.equals(after.claimedAt)) {
      return new NamedFamily(descriptor, newHolders, counts, newExposed, type, isBlocked)
          .keeping(this, claims);
    }
    SortedTree<Claim, Claim> newClaims = claims == null ? null : changed(claims, before, after);
    NamedFamily changed =
        new NamedFamily(
            any.descriptor,
            newHolders,
            counts.with(before, after),
            newExposed,
            any.type(),
            isBlocked);
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

  /** Takes over what is still right of what was kept of another. */
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
    return new NamedFamily(descriptor, holders, counts, exposed, type, nowBlocked)
        .keeping(this, claims);
  }

  /** Works out the winning type, which follows from the holders. */
  private NamedFamily settled() {
    MetricType winner = type;
    if (hasTypeConflict()) {
      Claim oldest = oldestClaim();
      winner = oldest == null ? type : oldest.type();
      if (isHistogram(winner) && holdersOfType(MetricType.HISTOGRAM) > 0) {
        // As without the conflict: of both kinds, the one that owns suffixes.
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
    return new NamedFamily(descriptor, holders, counts, exposed, winner, isBlocked)
        .keeping(this, claims);
  }

  /**
   * The claim that wins a conflict. In proportion to the holders once in the life of a name, when
   * it gets into its first conflict.
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
