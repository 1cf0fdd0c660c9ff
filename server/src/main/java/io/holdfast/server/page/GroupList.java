package io.holdfast.server.page;

import io.holdfast.server.page.GroupQuery.Sort;
import io.holdfast.server.routing.PagePaths;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupSize;
import io.holdfast.storage.GroupSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One page of the list of groups. */
record GroupList(GroupQuery query, GroupSearch.Found found, List<GroupRow> rows) {
  /** The ages that the page offers. The address can contain others. */
  private static final Map<String, String> AGES = new LinkedHashMap<>();

  static {
    AGES.put("", "Any age");
    AGES.put("10m", "Older than 10 minutes");
    AGES.put("1h", "Older than 1 hour");
    AGES.put("6h", "Older than 6 hours");
    AGES.put("1d", "Older than 1 day");
    AGES.put("7d", "Older than 7 days");
    AGES.put("30d", "Older than 30 days");
  }

  /** A choice in a list of choices. */
  record Choice(String value, String text, boolean isChosen) {}

  static GroupList of(Exposition exposition, GroupQuery query, Instant now) {
    GroupSearch.Found found = GroupSearch.find(exposition, query, now);
    List<GroupKey> keys = found.groups().stream().map(GroupSummary::key).toList();
    Map<GroupKey, GroupSize> sizes = exposition.sizes(keys);
    List<GroupRow> rows = new ArrayList<>(keys.size());
    for (GroupSummary group : found.groups()) {
      GroupSize size = sizes.getOrDefault(group.key(), new GroupSize(0, 0, 0));
      rows.add(GroupRow.of(exposition, group, size, now));
    }
    return new GroupList(query.onPage(found.page()), found, rows);
  }

  List<Choice> ages() {
    List<Choice> choices = new ArrayList<>();
    AGES.forEach(
        (value, text) -> choices.add(new Choice(value, text, value.equals(query.olderThan()))));
    if (!AGES.containsKey(query.olderThan())) {
      choices.add(new Choice(query.olderThan(), "Older than " + query.olderThan(), true));
    }
    return choices;
  }

  /** Returns the number of groups found, in words. */
  String count() {
    if (!query.isFiltered()) {
      return Numbers.counted(found.all(), "group");
    }
    return Numbers.grouped(found.matching()) + " of " + Numbers.counted(found.all(), "group");
  }

  /** Returns the range of groups on this page; empty if all are here. */
  String range() {
    return found.pages() == 1
        ? ""
        : Numbers.grouped(found.first()) + "\u2013" + Numbers.grouped(found.last());
  }

  /**
   * Returns the address of the list by time: newest first, or oldest first if the list is newest
   * first.
   */
  String byTime() {
    return "/"
        + query.sortedBy(query.sort() == Sort.NEWEST ? Sort.OLDEST : Sort.NEWEST).queryString();
  }

  /** Returns the address of the question whether to delete the groups found. */
  String deletion() {
    return PagePaths.FOUND + query.onPage(1).queryString();
  }

  String byName() {
    return "/" + query.sortedBy(Sort.NAME).queryString();
  }

  /** Returns the order of the time column, in words for assistive technology. */
  String timeOrder() {
    return switch (query.sort()) {
      case NAME -> "";
      case NEWEST -> "newest first";
      case OLDEST -> "oldest first";
    };
  }

  String page(int number) {
    return "/" + query.onPage(number).queryString();
  }

  /** Returns the numbers of the linked pages, in order; 0 stands for a gap. */
  List<Integer> pages() {
    int last = found.pages();
    List<Integer> pages = new ArrayList<>();
    for (int page = 1; page <= last; page++) {
      if (page == 1 || page == last || Math.abs(page - found.page()) <= 1) {
        pages.add(page);
      } else if (pages.get(pages.size() - 1) != 0) {
        pages.add(0);
      }
    }
    return pages;
  }
}
