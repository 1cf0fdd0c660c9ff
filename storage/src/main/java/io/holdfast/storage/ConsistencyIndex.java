package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.Rejection.Reason;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The check whether a push would make the exposition inconsistent. The check costs time in
 * proportion to the push. The index has family names with their types, and series with their
 * owners. Each change updates the index. The outcome equals that of a Pushgateway, which gathers
 * all metrics after the push.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class ConsistencyIndex {
  /** The number of families that a search examines for the name of a conflicting group. */
  private static final int HOLDERS_LOOKED_AT = 100;

  private final Groups groups;

  /**
   * The server's own families, name to type. Pushes may join these families but not contradict
   * them.
   */
  private final Map<String, MetricType> reserved;

  ConsistencyIndex(Groups groups, Map<String, MetricType> reserved) {
    this.groups = groups;
    this.reserved = Map.copyOf(reserved);
  }

  /** Returns why this push must be refused, or null. Changes nothing. */
  @Nullable Rejection check(Change.Push push) {
    Group present = groups.get(push.group());
    Rejection rejection = checkPushTimes(push, present);
    if (rejection != null) {
      return rejection;
    }
    return new Check(push, present).all();
  }

  /**
   * Refuses a group whose push times another group already has. Two grouping keys that differ only
   * in an empty instance label have equal push times. The later group is refused.
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

  /** The check of one push against all other content, as it will be after the push. */
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
          // The family has its name, type and series already, and nothing shadows them. The push
          // adds no conflict.
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

    /**
     * Returns the text that names another group with the type. Names no group if the search takes
     * too long.
     */
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

    /** Returns how many groups have the type after the push, apart from this push's families. */
    private int othersOfType(NamedFamily named, MetricType type) {
      int holders = named.holdersOfType(type);
      Family own = present == null ? null : present.families.get(named.name());
      boolean ownGoes =
          own != null
              && own.type() == type
              && (push.replace() || push.families().containsKey(named.name()));
      return ownGoes ? holders - 1 : holders;
    }

    /** Checks the suffixes that a summary or histogram owns, such as {@code _count}. */
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
     * Returns whether the name will exist after the push with this type, and block the pushed name.
     *
     * @param isRivalExposed whether the pushed family is exposed already; then a name that this
     *     family blocks is no obstacle
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
     * Refuses a series if another group has an older claim to it. If the pushing group has the
     * oldest claim, the other groups stay shadowed.
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
