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
 * The settlement of what each escaping scheme leaves out. Families and series are identified by
 * their pushed names, and a scheme can make different names look alike. Then the older claim is
 * shown and the later claim is left out, under that scheme alone:
 *
 * <ul>
 *   <li>of series that look alike, the later series ({@link LookalikeSeries});
 *   <li>of families with incompatible types whose names look alike, the later family as a whole
 *       ({@link LookalikeNames});
 *   <li>of families that would share a name by a suffix, the later family as a whole.
 * </ul>
 *
 * <p>Families and series that are {@linkplain Shadowing shadowed} take no part. Families with only
 * plain names always look different, so they cost nothing here. Once a family with other names
 * looks like a plain family, the claims of both count.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class Lookalikes {

  /**
   * A series that one scheme leaves out or shows again.
   *
   * @param at the index of the series in the order of the text
   */
  record News(int scheme, int at, boolean isLeftOut) {}

  private final FamilyIndex families;
  private final List<LookalikeSeries> series = new ArrayList<>();
  private final List<LookalikeNames> names = new ArrayList<>();

  /** The former states of the families that a merge has changed. */
  private final Map<FamilyId, @Nullable Family> before = new LinkedHashMap<>();

  private final Set<String> changedNames = new LinkedHashSet<>();

  /** The number of families, over all groups, that are not plain. */
  private int otherNames;

  Lookalikes(FamilyIndex families, ReservedNames reserved) {
    this.families = families;
    for (int i = 0; i < Looks.SCHEMES.size(); i++) {
      series.add(new LookalikeSeries(i, families));
      names.add(new LookalikeNames(i, families, reserved));
    }
  }

  /**
   * Notes that a family was added, changed or removed, or that its exposure has changed.
   *
   * @param was its state after the last settlement
   */
  void changed(@Nullable Family was, @Nullable Family is) {
    Family any = is == null ? Objects.requireNonNull(was, "was") : is;
    if (concerns(was) || concerns(is)) {
      FamilyId holder = FamilyId.of(any);
      // The code does not use putIfAbsent, because null stands for a family that was absent before.
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

  /**
   * Notes that a name has possibly another type, another oldest claim, or nothing to expose.
   *
   * @param any a family of that name
   */
  void changedName(Family any) {
    if (otherNames > 0 || !any.descriptor.isNamePlain()) {
      changedNames.add(any.name());
    }
  }

  /** Settles what is left out, after the exposure of all families is settled. */
  void settle() {
    Map<FamilyId, List<News>> news = settleSeries();
    news.forEach(this::apply);
    if (!changedNames.isEmpty()) {
      for (LookalikeNames scheme : names) {
        scheme.settle(changedNames);
      }
      changedNames.clear();
    }
  }

  private Map<FamilyId, List<News>> settleSeries() {
    Map<FamilyId, List<News>> news = new LinkedHashMap<>();
    Map<FamilyId, Family> came = new LinkedHashMap<>();
    List<Family> went = new ArrayList<>();
    before.forEach(
        (holder, was) -> {
          Family is = families.family(holder.group(), holder.name());
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
    // Removals come first, because afterwards an index in a family's text means another series.
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
      // The name is shown as before: type, claim and exposed bytes stay.
      families.substitute(family, family.leavingOut(leftOut));
    }
  }

  /** Returns whether nothing that is settled here can differ between the two states. */
  private static boolean looksLike(Family was, Family is) {
    return was.hasShapeOf(is.type(), is.seriesHashes)
        && was.claimedAt.equals(is.claimedAt)
        && Objects.equals(was.looks, is.looks)
        && was.notShown(EscapingScheme.ALLOW_UTF8).equals(is.notShown(EscapingScheme.ALLOW_UTF8));
  }

  private void apply(FamilyId holder, List<News> news) {
    Family family = families.family(holder.group(), holder.name());
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
