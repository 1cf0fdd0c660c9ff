package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settles what each scheme that escapes names leaves out. Families and series are known by the
 * names that were pushed; under a scheme different ones may look alike. Then the older claim is
 * shown and the later one left out, under that scheme alone:
 *
 * <ul>
 *   <li>of series that look alike, the later ones ({@link LookalikeSeries});
 *   <li>of families whose names look alike or would share a name by a suffix, but whose types
 *       cannot stand beside each other, the later one as a whole ({@link LookalikeNames}).
 * </ul>
 *
 * <p>What {@linkplain Groups shadowing} keeps out of scrapes takes no part. Families whose names
 * are all plain never look like each other. So they cost nothing here, until one that is not plain
 * looks like one of them; and then their claims count like all others.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class Lookalikes {

  /** A family of one group. */
  record Holder(GroupKey group, String name) {}

  /**
   * What one scheme leaves out or shows again.
   *
   * @param at the place of the series in the order of the text
   */
  record News(int scheme, int at, boolean isLeftOut) {}

  private final Groups groups;
  private final List<LookalikeSeries> series = new ArrayList<>();
  private final List<LookalikeNames> names = new ArrayList<>();

  /** What the families that a merge has changed were before it. */
  private final Map<Holder, @Nullable Family> before = new LinkedHashMap<>();

  private final Set<String> changedNames = new LinkedHashSet<>();

  /** In how many families of several groups names are not plain. */
  private int otherNames;

  Lookalikes(Groups groups, ReservedNames reserved) {
    this.groups = groups;
    for (int i = 0; i < Looks.SCHEMES.size(); i++) {
      series.add(new LookalikeSeries(i, groups));
      names.add(new LookalikeNames(i, groups, reserved));
    }
  }

  /**
   * Notes that a family came, changed or went, or what is exposed of it.
   *
   * @param was as it was settled before
   */
  void changed(@Nullable Family was, @Nullable Family is) {
    Family any = is == null ? Objects.requireNonNull(was, "was") : is;
    if (concerns(was) || concerns(is)) {
      Holder holder = new Holder(any.group, any.name());
      // Not putIfAbsent: null stands for a family that was not there, and is to stay.
      if (!before.containsKey(holder)) {
        before.put(holder, was);
      }
    }
  }

  private boolean concerns(@Nullable Family family) {
    return family != null
        && (family.looks != null
            || family.leftOut != null
            || (otherNames > 0 && isContested(family.name())));
  }

  private boolean isContested(String name) {
    for (LookalikeSeries scheme : series) {
      if (scheme.isContested(name)) {
        return true;
      }
    }
    return false;
  }

  /** Notes that a name may have got another type, another oldest claim, or nothing to expose. */
  void changed(NamedFamily named) {
    if (otherNames > 0 || !named.descriptor().isNamePlain()) {
      changedNames.add(named.name());
    }
  }

  /** Works out what is left out, once everything that is exposed is settled. */
  void settle() {
    Map<Holder, List<News>> news = settleSeries();
    news.forEach(this::apply);
    if (!changedNames.isEmpty()) {
      for (LookalikeNames scheme : names) {
        scheme.settle(changedNames);
      }
      changedNames.clear();
    }
  }

  private Map<Holder, List<News>> settleSeries() {
    Map<Holder, List<News>> news = new LinkedHashMap<>();
    Map<Holder, Family> came = new LinkedHashMap<>();
    List<Family> went = new ArrayList<>();
    before.forEach(
        (holder, was) -> {
          Family is = groups.family(holder.group, holder.name);
          if (was != null && is != null && looksLike(was, is)) {
            keep(is, was.leftOut);
          } else {
            if (was != null) {
              went.add(was);
            }
            if (is != null) {
              came.put(holder, is);
            }
          }
        });
    before.clear();
    // All that went comes first: a place in a family's text means another series after it.
    for (Family family : went) {
      count(family, -1);
      for (LookalikeSeries scheme : series) {
        scheme.remove(family, news);
      }
    }
    came.forEach(
        (holder, family) -> {
          keep(family, null);
          count(family, +1);
          news.remove(holder);
        });
    for (Family family : came.values()) {
      for (LookalikeSeries scheme : series) {
        scheme.add(family, news);
      }
    }
    return news;
  }

  private void count(Family family, int by) {
    otherNames += family.looks == null ? 0 : by;
  }

  private void keep(Family family, @Nullable LeftOut leftOut) {
    if (!Objects.equals(family.leftOut, leftOut)) {
      groups.substitute(family, family.leavingOut(leftOut));
    }
  }

  /** Whether nothing of what is settled here can differ. */
  private static boolean looksLike(Family was, Family is) {
    return was.hasShapeOf(is.type(), is.seriesHashes)
        && was.claimedAt.equals(is.claimedAt)
        && Objects.equals(was.looks, is.looks)
        && was.notShown(EscapingScheme.ALLOW_UTF8).equals(is.notShown(EscapingScheme.ALLOW_UTF8));
  }

  private void apply(Holder holder, List<News> news) {
    Family family = groups.family(holder.group, holder.name);
    if (family == null) {
      return;
    }
    BitSet[] leftOut = new BitSet[Looks.SCHEMES.size()];
    for (int i = 0; i < leftOut.length; i++) {
      leftOut[i] = family.leftOut == null ? new BitSet() : family.leftOut.series(i);
    }
    for (News each : news) {
      leftOut[each.scheme].set(each.at, each.isLeftOut);
    }
    keep(family, LeftOut.of(leftOut));
  }
}
