package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.storage.Lookalikes.News;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The series that look alike under one scheme, in order of their claims. The first series is shown,
 * all others are left out. Every series of a family that is not plain is in this index. A series of
 * a plain family is included only while such a series looks like it. Plain families therefore take
 * no memory here. An addition or removal costs one search in the order, however many series look
 * alike.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class LookalikeSeries {

  /**
   * A series of an exposed family.
   *
   * @param isEscaped whether the scheme changes the series; of equal claims, changed series come
   *     last
   * @param at its index in the order of the family's text
   * @param isOfPlainFamily whether it is here only because other series look like it
   */
  private record Member(
      Version claimedAt, boolean isEscaped, FamilyId holder, int at, boolean isOfPlainFamily)
      implements Comparable<Member> {

    @Override
    public int compareTo(Member other) {
      int order = claimedAt.compareTo(other.claimedAt);
      order = order != 0 ? order : Boolean.compare(isEscaped, other.isEscaped);
      order = order != 0 ? order : holder.name().compareTo(other.holder.name());
      order = order != 0 ? order : holder.group().compareTo(other.holder.group());
      return order != 0 ? order : Integer.compare(at, other.at);
    }
  }

  private final int index;
  private final EscapingScheme scheme;
  private final FamilyIndex families;

  /** The number of families that are not plain, by the names that the scheme shows. */
  private final Map<String, Integer> contested = new HashMap<>();

  /** A Member or a NavigableSet of Members, by hash of the looks. */
  private final Map<Long, Object> members = new HashMap<>();

  LookalikeSeries(int index, FamilyIndex families) {
    this.index = index;
    this.scheme = Looks.SCHEMES.get(index);
    this.families = families;
  }

  /** Returns whether a family that is not plain is shown under this name. */
  boolean isContested(String name) {
    return contested.containsKey(name);
  }

  void add(Family family, Map<FamilyId, List<News>> news) {
    if (family.looks == null && !isContested(family.name())) {
      return;
    }
    String shownName = scheme.metricName(family.name());
    if (family.looks != null) {
      contested.merge(shownName, 1, Integer::sum);
    }
    FamilyId holder = FamilyId.of(family);
    long[] looks = looks(family);
    for (int i = 0; i < looks.length; i++) {
      if (family.isShadowed(i)) {
        continue;
      }
      if (!members.containsKey(looks[i])) {
        Member plain = family.looks == null ? null : plainMember(looks[i], shownName);
        if (plain != null) {
          members.put(looks[i], plain);
        } else if (family.looks == null) {
          continue;
        }
      }
      join(looks[i], member(family, holder, i), news);
    }
  }

  void remove(Family family, Map<FamilyId, List<News>> news) {
    if (family.looks == null && !isContested(family.name())) {
      return;
    }
    if (family.looks != null) {
      contested.computeIfPresent(
          scheme.metricName(family.name()), (name, count) -> count == 1 ? null : count - 1);
    }
    FamilyId holder = FamilyId.of(family);
    long[] looks = looks(family);
    for (int i = 0; i < looks.length; i++) {
      if (!family.isShadowed(i) && members.containsKey(looks[i])) {
        leave(looks[i], member(family, holder, i), news);
      }
    }
  }

  private long[] looks(Family family) {
    return family.looks == null ? family.seriesHashes : family.looks.hashes(index);
  }

  private Member member(Family family, FamilyId holder, int at) {
    boolean isEscaped = looks(family)[at] != family.seriesHashes[at];
    return new Member(family.claimedAt, isEscaped, holder, at, family.looks == null);
  }

  /** Returns the exposed series of a plain family whose own hash is this look, or null. */
  private @Nullable Member plainMember(long look, String shownName) {
    GroupKey owner = families.series().first(look);
    Family family = owner == null ? null : families.family(owner, shownName);
    if (family == null || family.looks != null) {
      return null;
    }
    for (int i = 0; i < family.seriesHashes.length; i++) {
      if (family.seriesHashes[i] == look) {
        return family.isShadowed(i) ? null : member(family, FamilyId.of(family), i);
      }
    }
    return null;
  }

  private void join(long look, Member member, Map<FamilyId, List<News>> news) {
    Object present = members.get(look);
    if (present == null) {
      members.put(look, member);
      return;
    }
    NavigableSet<Member> several = several(present);
    members.put(look, several);
    Member first = several.first();
    if (several.add(member)) {
      tell(several.first().equals(member) ? first : member, true, news);
    }
  }

  private void leave(long look, Member member, Map<FamilyId, List<News>> news) {
    Object present = members.get(look);
    if (present == null) {
      return;
    }
    NavigableSet<Member> several = several(present);
    boolean wasFirst = several.first().equals(member);
    if (!several.remove(member)) {
      return;
    }
    if (several.isEmpty()) {
      members.remove(look);
      return;
    }
    Member first = several.first();
    if (wasFirst) {
      tell(first, false, news);
    }
    if (several.size() > 1) {
      members.put(look, several);
    } else if (first.isOfPlainFamily) {
      members.remove(look);
    } else {
      members.put(look, first);
    }
  }

  @SuppressWarnings("unchecked") // Only Members and sets of Members are put in.
  private static NavigableSet<Member> several(Object present) {
    if (present instanceof Member only) {
      NavigableSet<Member> several = new TreeSet<>();
      several.add(only);
      return several;
    }
    return (NavigableSet<Member>) present;
  }

  private void tell(Member member, boolean isLeftOut, Map<FamilyId, List<News>> news) {
    news.computeIfAbsent(member.holder, first -> new ArrayList<>())
        .add(new News(index, member.at, isLeftOut));
  }
}
