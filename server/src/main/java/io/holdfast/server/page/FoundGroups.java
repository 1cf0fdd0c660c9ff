package io.holdfast.server.page;

import io.holdfast.server.routing.PagePaths;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The question whether to delete the groups of a search.
 *
 * @param query the search
 * @param count how many groups the search finds
 * @param before how many groups an earlier question named; null for the first question
 */
record FoundGroups(GroupQuery query, int count, @Nullable Integer before) {
  /** The parameter that tells the deletion which number the question has named. */
  static final String COUNT = "count";

  /** Returns the question, from the first page of the list. */
  static FoundGroups of(GroupQuery query, int count, @Nullable Integer before) {
    return new FoundGroups(query.onPage(1), count, before);
  }

  /** Returns the number of groups, in words. */
  String number() {
    return Numbers.counted(count, "group");
  }

  /** Returns why the question is asked again; empty for the first question. */
  String change() {
    return before == null
        ? ""
        : "The search found "
            + Numbers.counted(before, "group")
            + " when the question was asked, and finds "
            + number()
            + " now. Nothing was deleted.";
  }

  /** Returns the conditions of the search, in words. */
  List<String> conditions() {
    List<String> conditions = new ArrayList<>();
    if (!query.text().isEmpty()) {
      conditions.add("found by: " + query.text());
    }
    if (query.onlyFailed()) {
      conditions.add("whose last push failed");
    }
    if (query.onlyShadowed()) {
      conditions.add("of which scrapes leave series out");
    }
    if (!query.olderThan().isEmpty()) {
      conditions.add("without a successful push for " + query.olderThan());
    }
    return conditions;
  }

  /** Returns the address of the deletion. */
  String address() {
    String search = query.queryString();
    return PagePaths.FOUND + search + (search.isEmpty() ? "?" : "&") + COUNT + "=" + count;
  }

  /** Returns the address of the list. */
  String list() {
    return "/" + query.queryString();
  }
}
