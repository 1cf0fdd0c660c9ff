package io.holdfast.server.page;

import io.holdfast.server.page.FamilyView.Range;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupReader;
import io.holdfast.storage.GroupSize;
import io.holdfast.storage.GroupSummary;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.StoredFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The page of one group.
 *
 * @param families some of them, in order
 * @param asked the part that the address asks for
 * @param hasMore whether there are families after these
 * @param pushUrl the address of a push to the group; null if no push can name it
 */
record GroupView(
    GroupRow row,
    List<FamilyView> families,
    Asked asked,
    boolean hasMore,
    @Nullable String pushUrl) {
  static final int MAX_FAMILIES = 100;

  /** The bound on lines, so that a page stays readable whatever was pushed. */
  private static final int MAX_LINES = 5_000;

  private static final int SERIES_PER_FAMILY = 30;
  private static final int SERIES_OF_ONE_FAMILY = 500;

  /** The bound on distributions, because each of them has many lines. */
  private static final int DISTRIBUTIONS_OF_ONE_FAMILY = 50;

  private static final Set<String> PUSH_TIMES =
      Set.of("push_time_seconds", "push_failure_time_seconds");

  /**
   * The part of the group to show.
   *
   * @param metric the one family, by its pushed name; null for all families
   * @param from the number of series of that family, or else of families, before the first one
   *     shown
   */
  record Asked(@Nullable String metric, int from) {
    static Asked read(Map<String, String> parameters) {
      String from = parameters.getOrDefault("from", "");
      return new Asked(
          parameters.get("metric"), from.matches("[0-9]{1,8}") ? Integer.parseInt(from) : 0);
    }
  }

  /** Returns the view; null if the group does not exist. */
  static @Nullable GroupView read(
      Snapshot snapshot, GroupKey key, Asked asked, @Nullable String pushUrl, Instant now) {
    Exposition exposition = snapshot.exposition();
    GroupSummary summary = exposition.summary(key).orElse(null);
    if (summary == null) {
      return null;
    }
    GroupSize size = exposition.sizes(List.of(key)).getOrDefault(key, new GroupSize(0, 0, 0));
    GroupRow row = GroupRow.of(exposition, summary, size, now);
    List<FamilyView> families = new ArrayList<>();
    boolean hasMore = false;
    int lines = 0;
    try (GroupReader reader = snapshot.group(key)) {
      reader.next();
      SortedMap<String, String> labels = key.labels();
      int skipped = 0;
      for (StoredFamily family = reader.nextFamily(); family != null; ) {
        if (isWanted(family, asked)) {
          if (asked.metric == null && skipped < asked.from) {
            skipped++;
          } else if (families.size() == MAX_FAMILIES || lines >= MAX_LINES) {
            hasMore = true;
            break;
          } else {
            FamilyView view =
                FamilyView.of(
                    family, exposition, labels, range(asked, family, MAX_LINES - lines), now);
            families.add(view);
            lines += view.lines();
          }
        }
        family = reader.nextFamily();
      }
    }
    return new GroupView(row, families, asked, hasMore, pushUrl);
  }

  /**
   * Returns whether the family is listed. The push times stand above the metrics, unless some of
   * their series are shadowed.
   */
  private static boolean isWanted(StoredFamily family, Asked asked) {
    return asked.metric == null
        ? !PUSH_TIMES.contains(family.name()) || family.shadowedSeries() > 0
        : asked.metric.equals(family.name());
  }

  private static Range range(Asked asked, StoredFamily family, int maxLines) {
    if (asked.metric == null) {
      return new Range(0, SERIES_PER_FAMILY, maxLines);
    }
    int limit =
        switch (family.type()) {
          case COUNTER, GAUGE, UNTYPED -> SERIES_OF_ONE_FAMILY;
          case SUMMARY, HISTOGRAM, GAUGE_HISTOGRAM -> DISTRIBUTIONS_OF_ONE_FAMILY;
        };
    return new Range(asked.from, limit, maxLines);
  }

  /** Returns the query of the group's address that shows more of this family. */
  String more(FamilyView family) {
    int from = asked.metric == null ? 0 : family.last();
    return "?metric=" + GroupPath.escaped(family.pushedName()) + (from == 0 ? "" : "&from=" + from);
  }

  boolean isOneFamily() {
    return asked.metric() != null;
  }

  String next() {
    return "?from=" + (asked.from + families.size());
  }

  /** Returns the command of a push, for a shell; null if no push can name the group. */
  @Nullable String pushCommand() {
    return pushUrl == null
        ? null
        : "echo 'some_metric 3.14' | curl --data-binary @- " + ShellWord.of(pushUrl);
  }

  /**
   * Returns the command of a deletion, for a shell; null if only the page's own request can name
   * the group.
   */
  @Nullable String deleteCommand() {
    return pushUrl == null ? null : "curl -X DELETE " + ShellWord.of(pushUrl);
  }
}
