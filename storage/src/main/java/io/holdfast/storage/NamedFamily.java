package io.holdfast.storage;

import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.MetricType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that groups have under one family name: who has it with which type and help, which type won,
 * and the block that a scrape shows.
 *
 * <p>Immutable.
 */
final class NamedFamily {
  /** As the group that changed last in this has it. */
  private final Descriptor descriptor;

  /** Every group's family of this name, the shadowed ones too. */
  private final SortedTree<GroupKey, Family> holders;

  private final HolderCounts counts;
  private final long exposedBytes;

  /** Of several incompatible types the one with the oldest claim. */
  private final MetricType type;

  /** Whether an older family with a colliding name keeps this one out of every scrape. */
  private final boolean isBlocked;

  private final byte[] header;

  private NamedFamily(
      Descriptor descriptor,
      SortedTree<GroupKey, Family> holders,
      HolderCounts counts,
      long exposedBytes,
      MetricType type,
      boolean isBlocked,
      byte[] header) {
    this.descriptor = descriptor;
    this.holders = holders;
    this.counts = counts;
    this.exposedBytes = exposedBytes;
    this.type = type;
    this.isBlocked = isBlocked;
    this.header = header;
  }

  static NamedFamily of(Family first) {
    NamedFamily nobody =
        new NamedFamily(
            first.descriptor,
            SortedTree.empty(),
            HolderCounts.NONE,
            0,
            first.type(),
            false,
            new byte[0]);
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
    return header;
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
    return exposedBytes > 0;
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
    long newBytes = exposedBytes - exposed(before) + exposed(after);
    if (before != null
        && after != null
        && before.descriptor.equals(after.descriptor)
        && before.claimedAt.equals(after.claimedAt)) {
      return new NamedFamily(descriptor, newHolders, counts, newBytes, type, isBlocked, header);
    }
    NamedFamily changed =
        new NamedFamily(
            any.descriptor,
            newHolders,
            counts.with(before, after),
            newBytes,
            any.type(),
            isBlocked,
            header);
    return changed.settled();
  }

  NamedFamily blocked(boolean nowBlocked) {
    return new NamedFamily(descriptor, holders, counts, exposedBytes, type, nowBlocked, header);
  }

  /** Works out what follows from the holders: the winning type and the header. */
  private NamedFamily settled() {
    MetricType winner = type;
    if (hasTypeConflict()) {
      Family oldest = oldestClaim();
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
    return new NamedFamily(
        descriptor,
        holders,
        counts,
        exposedBytes,
        winner,
        isBlocked,
        TextWriter.header(name(), help(), winner));
  }

  /** In proportion to the holders: asked only when names or types are in conflict. */
  @Nullable Family oldestClaim() {
    Family[] oldest = new Family[1];
    holders.forEach(
        family -> {
          if (oldest[0] == null || family.precedes(oldest[0])) {
            oldest[0] = family;
          }
        });
    return oldest[0];
  }

  private static int exposed(@Nullable Family family) {
    return family == null ? 0 : family.exposed().length;
  }
}
