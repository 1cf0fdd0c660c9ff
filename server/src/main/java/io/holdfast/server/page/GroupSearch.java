package io.holdfast.server.page;

import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Finds and sorts groups in memory, in proportion to how many there are. */
final class GroupSearch {
  static final int PAGE_SIZE = 50;

  private static final Comparator<Entry> BY_JOB =
      Comparator.comparing(Entry::job).thenComparing(entry -> entry.group.key());
  private static final Comparator<Entry> BY_TIME = Comparator.comparingLong(Entry::millis);
  private static final Comparator<Entry> BY_KEY = Comparator.comparing(entry -> entry.group.key());

  /** A group with what it is sorted by. */
  private record Entry(GroupSummary group, String job, long millis) {}

  /**
   * What was found.
   *
   * @param groups of the page asked for, or of the last one if there are not so many
   * @param page its number, from 1
   * @param matching how many there are on all pages
   * @param failed how many of all groups say that their last push failed
   * @param shadowed how many of all groups are not exposed whole
   */
  record Found(
      List<GroupSummary> groups, int page, int matching, int all, int failed, int shadowed) {
    int pages() {
      return Math.max(1, (matching + PAGE_SIZE - 1) / PAGE_SIZE);
    }

    int first() {
      return (page - 1) * PAGE_SIZE + 1;
    }

    int last() {
      return first() - 1 + groups.size();
    }
  }

  private GroupSearch() {}

  static Found find(Exposition exposition, GroupQuery query, Instant now) {
    List<GroupSummary> all = exposition.summaries();
    Set<GroupKey> shadowed = exposition.shadowedGroups();
    SearchText text = SearchText.parse(query.text());
    Duration minimumAge = query.minimumAge();
    long latest = minimumAge == null ? Long.MAX_VALUE : now.minus(minimumAge).toEpochMilli();
    boolean isByName = query.sort() == GroupQuery.Sort.NAME;
    List<Entry> matching = new ArrayList<>();
    int failed = 0;
    for (GroupSummary group : all) {
      boolean hasFailed = !group.isLastPushSuccessful();
      failed += hasFailed ? 1 : 0;
      if ((query.onlyFailed() && !hasFailed)
          || (query.onlyShadowed() && !shadowed.contains(group.key()))
          || (minimumAge != null && group.lastPushMillis() > latest)
          || (!text.isEmpty() && !text.isMetBy(group.key().labels()))) {
        continue;
      }
      matching.add(
          isByName
              ? new Entry(group, group.key().label("job"), 0)
              : new Entry(group, "", group.lastPushMillis()));
    }
    matching.sort(order(query.sort()));
    return page(query, matching, all.size(), failed, shadowed.size());
  }

  private static Comparator<Entry> order(GroupQuery.Sort sort) {
    return switch (sort) {
      case NAME -> BY_JOB;
      case NEWEST -> BY_TIME.reversed().thenComparing(BY_KEY);
      case OLDEST -> BY_TIME.thenComparing(BY_KEY);
    };
  }

  private static Found page(
      GroupQuery query, List<Entry> matching, int all, int failed, int shadowed) {
    int pages = Math.max(1, (matching.size() + PAGE_SIZE - 1) / PAGE_SIZE);
    int page = Math.min(query.page(), pages);
    int from = (page - 1) * PAGE_SIZE;
    List<GroupSummary> groups =
        matching.subList(from, Math.min(matching.size(), from + PAGE_SIZE)).stream()
            .map(Entry::group)
            .toList();
    return new Found(groups, page, matching.size(), all, failed, shadowed);
  }
}
