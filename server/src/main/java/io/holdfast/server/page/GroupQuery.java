package io.holdfast.server.page;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The filter and order of the list of groups, as the query of the page's address gives them.
 * Unknown values in the query are ignored.
 *
 * @param text as the user typed it; see {@link SearchText}
 * @param onlyFailed the last push failed
 * @param onlyShadowed scrapes leave out some of the group's series
 * @param olderThan as in the address, such as {@code 1h}; empty for any age
 * @param page from 1
 */
record GroupQuery(
    String text, boolean onlyFailed, boolean onlyShadowed, String olderThan, Sort sort, int page) {

  static final GroupQuery ALL = new GroupQuery("", false, false, "", Sort.NAME, 1);

  private static final int MAX_TEXT_LENGTH = 2_000;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhdw])");
  private static final String ON = "1";

  enum Sort {
    NAME,
    NEWEST,
    OLDEST;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static GroupQuery read(Map<String, String> parameters) {
    String text = parameters.getOrDefault("q", "").strip();
    String older = parameters.getOrDefault("older", "").strip();
    return new GroupQuery(
        text.length() > MAX_TEXT_LENGTH ? text.substring(0, MAX_TEXT_LENGTH) : text,
        ON.equals(parameters.get("failed")),
        ON.equals(parameters.get("shadowed")),
        DURATION.matcher(older).matches() ? older : "",
        sort(parameters.getOrDefault("sort", "")),
        page(parameters.getOrDefault("page", "")));
  }

  private static Sort sort(String word) {
    for (Sort sort : Sort.values()) {
      if (sort.word().equals(word)) {
        return sort;
      }
    }
    return Sort.NAME;
  }

  private static int page(String number) {
    return number.matches("[1-9][0-9]{0,7}") ? Integer.parseInt(number) : 1;
  }

  /** Returns the minimum age of the last successful push; null for any age. */
  @Nullable Duration minimumAge() {
    Matcher parts = DURATION.matcher(olderThan);
    if (!parts.matches()) {
      return null;
    }
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> Duration.ofDays(7 * amount);
    };
  }

  /** Returns whether the query leaves any group out. */
  boolean isFiltered() {
    return !text.isEmpty() || onlyFailed || onlyShadowed || !olderThan.isEmpty();
  }

  GroupQuery onPage(int number) {
    return new GroupQuery(text, onlyFailed, onlyShadowed, olderThan, sort, number);
  }

  /** Returns the query with another order, from the first page. */
  GroupQuery sortedBy(Sort other) {
    return new GroupQuery(text, onlyFailed, onlyShadowed, olderThan, other, 1);
  }

  /** Returns the query with other filters of this kind, from the first page. */
  GroupQuery showing(boolean failed, boolean shadowed) {
    return new GroupQuery(text, failed, shadowed, olderThan, sort, 1);
  }

  /**
   * Returns the query for an address: empty, or with a question mark in front. Equal queries give
   * equal strings.
   */
  String queryString() {
    StringBuilder query = new StringBuilder();
    add("q", text, query);
    add("failed", onlyFailed ? ON : "", query);
    add("shadowed", onlyShadowed ? ON : "", query);
    add("older", olderThan, query);
    add("sort", sort == Sort.NAME ? "" : sort.word(), query);
    add("page", page == 1 ? "" : Integer.toString(page), query);
    return query.toString();
  }

  private static void add(String name, String value, StringBuilder query) {
    if (!value.isEmpty()) {
      query.append(query.isEmpty() ? '?' : '&').append(name).append('=');
      query.append(GroupPath.escaped(value));
    }
  }
}
