package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The families that one scheme leaves out as a whole. An older family is shown under the same name
 * with an incompatible type. Or the older family shares a name by a suffix ({@link SuffixRule}).
 * Families with one shown name and one type are exposed or left out together. The oldest claim
 * among them is their claim.
 *
 * <p>Plain families are not kept here. A plain family is looked up by its name where needed. Plain
 * families have no conflicts with each other here, because {@link Shadowing} has settled their
 * conflicts.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class LookalikeNames {

  /**
   * The version since which a family has its name. Of equally old claims, a plain name comes first,
   * then a short name. A summary or histogram thus comes before a name with its suffix.
   */
  private record Age(Version since, boolean isEscaped, String name) implements Comparable<Age> {
    @Override
    public int compareTo(Age other) {
      int order = since.compareTo(other.since);
      order = order != 0 ? order : Boolean.compare(isEscaped, other.isEscaped);
      order = order != 0 ? order : Integer.compare(name.length(), other.name.length());
      return order != 0 ? order : name.compareTo(other.name);
    }
  }

  private record Known(MetricType type, Age age) {}

  /** All families that are shown under one name with one type. */
  private record Kind(String shownName, MetricType type) {}

  /** The families shown under one name besides the plain family of that name. */
  private static final class Alike {
    final Map<MetricType, TreeSet<Age>> byType = new EnumMap<>(MetricType.class);
    final Set<MetricType> leftOut = EnumSet.noneOf(MetricType.class);

    boolean add(Known known) {
      return byType.computeIfAbsent(known.type, first -> new TreeSet<>()).add(known.age);
    }

    void remove(Known known) {
      TreeSet<Age> ages = byType.get(known.type);
      if (ages != null && ages.remove(known.age) && ages.isEmpty()) {
        byType.remove(known.type);
        leftOut.remove(known.type);
      }
    }

    @Nullable Age oldest(MetricType type) {
      TreeSet<Age> ages = byType.get(type);
      return ages == null ? null : ages.first();
    }
  }

  private final int index;
  private final EscapingScheme scheme;
  private final FamilyIndex families;
  private final ReservedNames reserved;

  /** The families by the name that the scheme shows. */
  private final Map<String, Alike> alikes = new HashMap<>();

  /** The entries of {@link #alikes} by the pushed name. */
  private final Map<String, Known> known = new HashMap<>();

  /** The verdicts of one {@link #settle}. */
  private final Map<Kind, Boolean> verdicts = new HashMap<>();

  LookalikeNames(int index, FamilyIndex families, ReservedNames reserved) {
    this.index = index;
    this.scheme = Looks.SCHEMES.get(index);
    this.families = families;
    this.reserved = reserved;
  }

  /**
   * Settles which of these names are left out, and which of the names that collide with them.
   *
   * @param changed names as they were pushed
   */
  void settle(Set<String> changed) {
    Deque<String> queue = new ArrayDeque<>();
    for (String name : changed) {
      String shownName = scheme.metricName(name);
      List<String> neighbours = neighbours(shownName);
      boolean isPlain = NameRule.LEGACY.isMetricName(name);
      if (!isPlain) {
        update(name, shownName);
      }
      if (!isPlain || alikes.containsKey(shownName) || hasAny(neighbours)) {
        queue.add(shownName);
        queue.addAll(neighbours);
      }
    }
    while (!queue.isEmpty()) {
      String shownName = queue.remove();
      if (settle(shownName)) {
        queue.addAll(neighbours(shownName));
      }
    }
    verdicts.clear();
    for (String name : changed) {
      Known family = known.get(name);
      if (family != null) {
        mark(name, alike(scheme.metricName(name)).leftOut.contains(family.type));
      }
    }
  }

  private boolean hasAny(List<String> shownNames) {
    for (String name : shownNames) {
      if (alikes.containsKey(name)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> neighbours(String shownName) {
    List<String> neighbours = new ArrayList<>();
    for (String suffix : SuffixRule.SUFFIXES) {
      String base = SuffixRule.base(shownName, suffix);
      if (base != null) {
        neighbours.add(base);
      }
      neighbours.add(shownName + suffix);
    }
    return neighbours;
  }

  private Alike alike(String shownName) {
    return alikes.computeIfAbsent(shownName, first -> new Alike());
  }

  /** Updates the entry of a family whose name is not plain. */
  private void update(String name, String shownName) {
    NamedFamily named = families.names().get(name);
    Age age = named == null ? null : age(named);
    Known after = named == null || age == null ? null : new Known(named.type(), age);
    Known before = after == null ? known.remove(name) : known.put(name, after);
    Alike alike = alike(shownName);
    if (before != null) {
      alike.remove(before);
    }
    if (after != null) {
      alike.add(after);
    } else if (alike.byType.isEmpty()) {
      alikes.remove(shownName);
    }
  }

  /** Returns null for a family that no scrape shows. */
  private static @Nullable Age age(NamedFamily named) {
    Claim oldest = named.isExposed() ? named.oldestClaim() : null;
    return oldest == null
        ? null
        : new Age(oldest.since(), !named.descriptor().isNamePlain(), named.name());
  }

  /** Settles all families under a shown name. Returns whether any verdict has changed. */
  private boolean settle(String shownName) {
    boolean isOther = false;
    NamedFamily plain = families.names().get(shownName);
    if (plain != null && plain.isExposed()) {
      isOther = mark(shownName, isLeftOut(new Kind(shownName, plain.type())));
    }
    Alike alike = alikes.get(shownName);
    if (alike == null) {
      return isOther;
    }
    for (Map.Entry<MetricType, TreeSet<Age>> families : alike.byType.entrySet()) {
      boolean isLeftOut = isLeftOut(new Kind(shownName, families.getKey()));
      if (isLeftOut != alike.leftOut.contains(families.getKey())) {
        isOther = true;
        if (isLeftOut) {
          alike.leftOut.add(families.getKey());
        } else {
          alike.leftOut.remove(families.getKey());
        }
        families.getValue().forEach(age -> mark(age.name, isLeftOut));
      }
    }
    return isOther;
  }

  private boolean mark(String name, boolean isLeftOut) {
    NamedFamily named = families.names().get(name);
    if (named == null || named.isLeftOut(index) == isLeftOut) {
      return false;
    }
    families.substitute(named, named.leavingOut(index, isLeftOut));
    return true;
  }

  /**
   * Returns whether an older shown kind collides. The recursion ends, because each step goes to an
   * older claim.
   */
  private boolean isLeftOut(Kind kind) {
    Boolean verdict = verdicts.get(kind);
    if (verdict == null) {
      verdict =
          reserved.isContradictedBy(kind.shownName, kind.type)
              || hasOlderRivalOfOtherType(kind)
              || hasOlderRivalBySuffix(kind);
      verdicts.put(kind, verdict);
    }
    return verdict;
  }

  private boolean hasOlderRivalOfOtherType(Kind kind) {
    for (MetricType type : MetricType.values()) {
      if (!NamedFamily.areCompatible(type, kind.type)
          && isOutranked(kind, new Kind(kind.shownName, type))) {
        return true;
      }
    }
    return false;
  }

  private boolean hasOlderRivalBySuffix(Kind kind) {
    for (String suffix : SuffixRule.SUFFIXES) {
      String base = SuffixRule.base(kind.shownName, suffix);
      if (base != null) {
        for (MetricType type : SuffixRule.typesOwning(suffix)) {
          if (isOutranked(kind, new Kind(base, type))) {
            return true;
          }
        }
      }
      if (SuffixRule.owns(kind.type, suffix)) {
        for (MetricType type : MetricType.values()) {
          if (isOutranked(kind, new Kind(kind.shownName + suffix, type))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean isOutranked(Kind kind, Kind rival) {
    Age theirs = oldest(rival);
    Age ours = theirs == null ? null : oldest(kind);
    return theirs != null && ours != null && theirs.compareTo(ours) < 0 && !isLeftOut(rival);
  }

  private @Nullable Age oldest(Kind kind) {
    Alike alike = alikes.get(kind.shownName);
    Age escaped = alike == null ? null : alike.oldest(kind.type);
    NamedFamily named = families.names().get(kind.shownName);
    Age plain = named == null || named.type() != kind.type ? null : age(named);
    if (escaped == null || plain == null) {
      return escaped == null ? plain : escaped;
    }
    return escaped.compareTo(plain) < 0 ? escaped : plain;
  }
}
