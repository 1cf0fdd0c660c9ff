package io.holdfast.server.page;

import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupSummary;
import io.holdfast.storage.SelectedGroups;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The search for groups in memory, and their order. The time grows with the number of groups. */
final class GroupSearch {
  static final int PAGE_SIZE = 50;

  /**
   * The bits of a time. Milliseconds since 1970 take 41 bits until 2039, and 42 bits until 2109.
   */
  private static final int TIME_BITS = 42;

  /**
   * The result of a search.
   *
   * @param groups of the requested page, or of the last page if there are fewer
   * @param page its number, from 1
   * @param matching the number of groups on all pages
   * @param failed the number of all groups whose last push failed
   * @param shadowed the number of all groups that are not exposed completely
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
    Predicate<GroupSummary> condition = condition(query, shadowed, now);
    List<GroupSummary> matching = new ArrayList<>();
    int failed = 0;
    for (GroupSummary group : all) {
      failed += group.isLastPushSuccessful() ? 0 : 1;
      if (condition.test(group)) {
        matching.add(group);
      }
    }
    int pages = Math.max(1, (matching.size() + PAGE_SIZE - 1) / PAGE_SIZE);
    int page = Math.min(query.page(), pages);
    return new Found(
        page(sorted(matching, query.sort()), page),
        page,
        matching.size(),
        all.size(),
        failed,
        shadowed.size());
  }

  /** Selects the groups on all pages of a search. */
  static SelectedGroups select(Exposition exposition, GroupQuery query, Instant now) {
    return exposition.select(condition(query, exposition.shadowedGroups(), now));
  }

  private static Predicate<GroupSummary> condition(
      GroupQuery query, Set<GroupKey> shadowed, Instant now) {
    SearchText text = SearchText.parse(query.text());
    Duration minimumAge = query.minimumAge();
    long latest = minimumAge == null ? Long.MAX_VALUE : now.minus(minimumAge).toEpochMilli();
    return group ->
        (!query.onlyFailed() || !group.isLastPushSuccessful())
            && (!query.onlyShadowed() || shadowed.contains(group.key()))
            && (minimumAge == null || group.lastPushMillis() <= latest)
            && (text.isEmpty() || text.isMetBy(group.key().labels()));
  }

  private static List<GroupSummary> page(Iterable<GroupSummary> sorted, int page) {
    List<GroupSummary> groups = new ArrayList<>(PAGE_SIZE);
    int skipped = 0;
    for (GroupSummary group : sorted) {
      if (skipped++ >= (page - 1) * PAGE_SIZE) {
        groups.add(group);
        if (groups.size() == PAGE_SIZE) {
          break;
        }
      }
    }
    return groups;
  }

  /**
   * Returns the groups in the requested order.
   *
   * @param groups in order of their keys; groups that are equal otherwise stay in this order
   */
  private static Iterable<GroupSummary> sorted(List<GroupSummary> groups, GroupQuery.Sort sort) {
    return switch (sort) {
      case NAME -> byJob(groups);
      case NEWEST -> byTime(groups, true);
      case OLDEST -> byTime(groups, false);
    };
  }

  /**
   * Returns the groups by job. Sorting jobs is fast, because there are far fewer jobs than groups.
   */
  private static Iterable<GroupSummary> byJob(List<GroupSummary> groups) {
    Map<String, List<GroupSummary>> byJob = new HashMap<>();
    for (GroupSummary group : groups) {
      byJob.computeIfAbsent(group.key().label("job"), job -> new ArrayList<>()).add(group);
    }
    List<String> jobs = new ArrayList<>(byJob.keySet());
    Collections.sort(jobs);
    return () ->
        jobs.stream().flatMap(job -> byJob.getOrDefault(job, List.of()).stream()).iterator();
  }

  /**
   * Returns the groups by time. Numbers made of time and place in the list sort many times as fast
   * as the groups.
   */
  private static Iterable<GroupSummary> byTime(List<GroupSummary> groups, boolean newestFirst) {
    int size = groups.size();
    int placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(size);
    // With more than two million groups, some times lose their last bits and count as equal.
    int dropped = Math.max(0, placeBits + TIME_BITS - (Long.SIZE - 1));
    long mask = (1L << placeBits) - 1;
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      long time = groups.get(i).lastPushMillis() >>> dropped;
      long latest = (1L << (TIME_BITS - dropped)) - 1;
      order[i] = ((newestFirst ? latest - time : time) << placeBits) | i;
    }
    Arrays.sort(order);
    return () -> Arrays.stream(order).mapToObj(each -> groups.get((int) (each & mask))).iterator();
  }
}
