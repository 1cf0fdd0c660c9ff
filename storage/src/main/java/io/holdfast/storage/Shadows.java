package io.holdfast.storage;

import io.holdfast.proto.metrics.Metric;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shadowed series of one family, and the families that are exposed instead. A web page shows
 * them. If any series is shadowed, the search costs time in proportion to all families of that
 * name.
 */
public final class Shadows {

  /** The kind of the conflict with the older claim. */
  public enum Reason {
    /** The rival has the same series. */
    SAME_SERIES,
    /** The rival has the name with another type. */
    OTHER_TYPE,
    /** The names of the rival and of this family collide by a suffix. */
    COLLIDING_NAME
  }

  /**
   * The reason why a series is shadowed.
   *
   * @param group the group of the exposed family; null if unknown
   * @param family the name of the exposed family
   */
  public record Shadow(Reason reason, @Nullable GroupKey group, String family) {}

  /** The reason for every series, or null. */
  private final @Nullable Shadow whole;

  private final Map<Long, Shadow> byHash;

  private final SeriesHash hasher;

  private Shadows(Family shown, @Nullable Shadow whole, Map<Long, Shadow> byHash) {
    this.whole = whole;
    this.byHash = byHash;
    this.hasher = new SeriesHash(shown.name(), shown.type());
  }

  static Shadows of(Family shown, SortedTree<String, NamedFamily> names) {
    NamedFamily named = names.get(shown.name());
    if (shown.shadowedSeries() == 0 || named == null) {
      return new Shadows(shown, null, Map.of());
    }
    if (named.isBlocked()) {
      return new Shadows(shown, colliding(named, names), Map.of());
    }
    if (!NamedFamily.areCompatible(shown.type(), named.type())) {
      Shadow type = shadow(Reason.OTHER_TYPE, oldest(named, named), named.name());
      return new Shadows(shown, type, Map.of());
    }
    return new Shadows(shown, null, sameSeries(shown, named));
  }

  private static Shadow shadow(Reason reason, @Nullable Family rival, String name) {
    return new Shadow(reason, rival == null ? null : rival.group, name);
  }

  private static @Nullable Family oldest(NamedFamily holders, NamedFamily named) {
    Family[] oldest = new Family[1];
    holders
        .holders()
        .forEach(
            family -> {
              boolean hasWon = NamedFamily.areCompatible(family.type(), named.type());
              if (hasWon && (oldest[0] == null || family.precedes(oldest[0]))) {
                oldest[0] = family;
              }
            });
    return oldest[0];
  }

  private static Shadow colliding(NamedFamily named, SortedTree<String, NamedFamily> names) {
    for (String suffix : SuffixRule.SUFFIXES) {
      String base = SuffixRule.base(named.name(), suffix);
      NamedFamily under = base == null ? null : names.get(base);
      if (under != null && SuffixRule.owns(under.type(), suffix) && isShownBefore(under, named)) {
        return shadow(Reason.COLLIDING_NAME, oldest(under, under), under.name());
      }
      NamedFamily over = names.get(named.name() + suffix);
      if (over != null && SuffixRule.owns(named.type(), suffix) && isShownBefore(over, named)) {
        return shadow(Reason.COLLIDING_NAME, oldest(over, over), over.name());
      }
    }
    return shadow(Reason.COLLIDING_NAME, null, named.name());
  }

  private static boolean isShownBefore(NamedFamily rival, NamedFamily named) {
    Claim theirs = rival.oldestClaim();
    Claim ours = named.oldestClaim();
    return !rival.isBlocked()
        && theirs != null
        && ours != null
        && theirs.since().compareTo(ours.since()) <= 0;
  }

  private static Map<Long, Shadow> sameSeries(Family shown, NamedFamily named) {
    Map<Long, Shadow> byHash = new HashMap<>();
    for (int i = 0; i < shown.seriesHashes.length; i++) {
      if (shown.isShadowed(i)) {
        byHash.put(shown.seriesHashes[i], shadow(Reason.SAME_SERIES, null, shown.name()));
      }
    }
    Map<Long, Family> rivals = new HashMap<>();
    named
        .holders()
        .forEach(
            other -> {
              if (!other.group.equals(shown.group)
                  && other.precedes(shown)
                  && NamedFamily.areCompatible(other.type(), named.type())) {
                for (long hash : other.seriesHashes) {
                  if (byHash.containsKey(hash)) {
                    rivals.merge(hash, other, (one, two) -> one.precedes(two) ? one : two);
                  }
                }
              }
            });
    byHash.replaceAll(
        (hash, unowned) -> shadow(Reason.SAME_SERIES, rivals.get(hash), shown.name()));
    return byHash;
  }

  /**
   * Returns why this series is shadowed, or empty if a scrape shows it.
   *
   * @param metric of the family's messages
   */
  public Optional<Shadow> of(Metric metric) {
    if (whole != null || byHash.isEmpty()) {
      return Optional.ofNullable(whole);
    }
    long hash = hasher.of(metric.getLabelList());
    return Optional.ofNullable(byHash.get(hash));
  }
}
