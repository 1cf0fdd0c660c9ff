package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Rejection.Reason;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a push would make the exposition inconsistent, at the cost of the push: family
 * names with their types, and series with their owners, kept up to date with each change. The
 * outcome is that of gathering everything after the push.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class ConsistencyIndex {
  /** Of those who have a name, before a refusal does without the name of a group. */
  private static final int HOLDERS_LOOKED_AT = 100;

  private final Groups groups;

  /** Families of the server itself that pushes may join but not contradict: name to type. */
  private final Map<String, MetricType> reserved;

  ConsistencyIndex(Groups groups, Map<String, MetricType> reserved) {
    this.groups = groups;
    this.reserved = Map.copyOf(reserved);
  }

  /** Why this push must be refused, or null. Changes nothing. */
  @Nullable Rejection check(Change.Push push) {
    Group present = groups.get(push.group());
    Rejection rejection = checkPushTimes(push, present);
    if (rejection != null) {
      return rejection;
    }
    return new Check(push, present).all();
  }

  /**
   * Two grouping keys that differ in an empty instance alone have the same push times. The group
   * that came later is refused.
   */
  private @Nullable Rejection checkPushTimes(Change.Push push, @Nullable Group present) {
    if (present != null && present.pushTime != null) {
      return present.pushTime.shadowedSeries() == 0 ? null : pushTimesTaken(push.group());
    }
    return pushTimesTaken(push.group());
  }

  private @Nullable Rejection pushTimesTaken(GroupKey group) {
    GroupKey owner = groups.series().first(PushTimes.seriesHash(group));
    if (owner == null || owner.equals(group)) {
      return null;
    }
    return new Rejection(
        Reason.DUPLICATE_SERIES,
        "collected metric "
            + PushTimes.PUSH_TIME
            + group
            + " was collected before with the same name and label values, from group "
            + owner);
  }

  /** One push against everything else as it will be after the push. */
  private final class Check {
    private final Change.Push push;
    private final @Nullable Group present;

    Check(Change.Push push, @Nullable Group present) {
      this.push = push;
      this.present = present;
    }

    @Nullable Rejection all() {
      for (PushedFamily family : push.families().values()) {
        Family before = present == null ? null : present.families.get(family.name());
        if (before != null
            && before.shadowedSeries() == 0
            && before.hasShapeOf(family.type(), family.seriesHashes())) {
          // Name, type and series are here already and not in dispute: nothing can be new about
          // them.
          continue;
        }
        Rejection rejection = family(family, before);
        if (rejection != null) {
          return rejection;
        }
      }
      return null;
    }

    private @Nullable Rejection family(PushedFamily family, @Nullable Family before) {
      Rejection rejection = checkType(family, before);
      if (rejection == null) {
        rejection = checkSuffixes(family, before);
      }
      return rejection == null ? checkSeries(family) : rejection;
    }

    private @Nullable Rejection checkType(PushedFamily family, @Nullable Family before) {
      MetricType own = reserved.get(family.name());
      if (own != null && own != family.type()) {
        return typeConflict(family, own, "Holdfast's own metrics have it");
      }
      NamedFamily named = groups.names().get(family.name());
      if (named == null) {
        return null;
      }
      boolean holdsWinningType =
          before != null
              && before.type() == family.type()
              && NamedFamily.areCompatible(before.type(), named.type());
      if (holdsWinningType) {
        return null;
      }
      for (MetricType type : MetricType.values()) {
        if (!NamedFamily.areCompatible(type, family.type()) && othersOfType(named, type) > 0) {
          return typeConflict(family, type, whoHasType(named, type));
        }
      }
      return null;
    }

    private Rejection typeConflict(PushedFamily family, MetricType type, String who) {
      return new Rejection(
          Reason.TYPE_CONFLICT,
          "gathered metric family "
              + family.name()
              + " has type "
              + family.type()
              + " but should have "
              + type
              + ": "
              + who
              + " with that type");
    }

    /** Some other group that has the type; the refusal names none if it is far to seek. */
    private String whoHasType(NamedFamily named, MetricType type) {
      int[] looked = new int[1];
      Family other =
          named
              .holders()
              .first(
                  holder ->
                      (holder.type() == type && !holder.group.equals(push.group()))
                          || ++looked[0] == HOLDERS_LOOKED_AT);
      return other == null || looked[0] == HOLDERS_LOOKED_AT
          ? "another group has it"
          : "group " + other.group + " has it";
    }

    /** How many groups hold the type after the push, this one's families of the push apart. */
    private int othersOfType(NamedFamily named, MetricType type) {
      int holders = named.holdersOfType(type);
      Family own = present == null ? null : present.families.get(named.name());
      boolean ownGoes =
          own != null
              && own.type() == type
              && (push.replace() || push.families().containsKey(named.name()));
      return ownGoes ? holders - 1 : holders;
    }

    /** Summaries and histograms own the names that a scrape makes of theirs. */
    private @Nullable Rejection checkSuffixes(PushedFamily family, @Nullable Family before) {
      NamedFamily own = groups.names().get(family.name());
      boolean isExposed =
          before != null && before.type() == family.type() && own != null && !own.isBlocked();
      for (String suffix : SuffixRule.SUFFIXES) {
        String base = SuffixRule.base(family.name(), suffix);
        if (base != null) {
          for (MetricType type : SuffixRule.typesOwning(suffix)) {
            if (willHave(base, type, isExposed)) {
              return suffixCollision(family.name(), base, type);
            }
          }
        }
        if (SuffixRule.owns(family.type(), suffix) && willHave(family.name() + suffix, isExposed)) {
          return suffixCollision(family.name() + suffix, family.name(), family.type());
        }
      }
      return null;
    }

    private Rejection suffixCollision(String name, String base, MetricType type) {
      return new Rejection(
          Reason.SUFFIX_COLLISION,
          "collected metric named \""
              + name
              + "\" collides with the "
              + type.name().toLowerCase(Locale.ROOT)
              + " named \""
              + base
              + "\""
              + whoHolds(push.families().containsKey(base) ? name : base));
    }

    private String whoHolds(String name) {
      NamedFamily named = groups.names().get(name);
      Family holder = named == null ? null : named.holders().first(any -> true);
      if (holder != null) {
        return " of group " + holder.group;
      }
      return reserved.containsKey(name) ? " of Holdfast itself" : " of the same push";
    }

    private boolean willHave(String name, boolean isRivalExposed) {
      for (MetricType type : MetricType.values()) {
        if (willHave(name, type, isRivalExposed)) {
          return true;
        }
      }
      return false;
    }

    /**
     * Whether the name is there after the push, with this type, and in the way.
     *
     * @param isRivalExposed whether what collides with it is exposed already: then a name that is
     *     blocked for that very reason is not in its way
     */
    private boolean willHave(String name, MetricType type, boolean isRivalExposed) {
      PushedFamily inPush = push.families().get(name);
      if ((inPush != null && inPush.type() == type) || reserved.get(name) == type) {
        return true;
      }
      NamedFamily named = groups.names().get(name);
      return named != null
          && othersOfType(named, type) > 0
          && !(isRivalExposed && named.isBlocked());
    }

    /**
     * A series may be in other groups too, as long as the group of the push has the oldest claim:
     * then it is the others that are shadowed.
     */
    private @Nullable Rejection checkSeries(PushedFamily family) {
      long[] hashes = family.seriesHashes();
      for (int i = 0; i < hashes.length; i++) {
        GroupKey owner = groups.series().first(hashes[i]);
        if (owner != null && !owner.equals(push.group())) {
          return new Rejection(
              Reason.DUPLICATE_SERIES,
              "collected metric "
                  + family.name()
                  + seriesText(family).labels(i)
                  + " was collected before with the same name and label values, from group "
                  + owner);
        }
      }
      return null;
    }
  }

  private static SeriesText seriesText(PushedFamily family) {
    return SeriesText.of(family.name(), family.type(), family.text(), family.seriesHashes().length);
  }
}
