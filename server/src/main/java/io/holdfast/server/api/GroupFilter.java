package io.holdfast.server.api;

import io.holdfast.server.gocompat.GoDuration;
import io.holdfast.server.selector.GroupSelector;
import io.holdfast.storage.GroupSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The groups that a request selects. A group is selected if it meets all three conditions.
 *
 * @param selectors of which one must match; empty for all groups
 * @param olderThan the time since the last push, successful or failed; null for any
 * @param hasFailed whether the last push failed; null for both
 */
record GroupFilter(
    List<GroupSelector> selectors, @Nullable Duration olderThan, @Nullable Boolean hasFailed) {
  static final String MATCH = "match[]";
  static final String OLDER_THAN = "older_than";
  static final String FAILED = "failed";

  /** The parameters that a filter reads. */
  static final Set<String> PARAMETERS = Set.of(MATCH, OLDER_THAN, FAILED);

  /**
   * Reads the parameters of a request.
   *
   * @throws IllegalArgumentException if one is wrong; the message is for the client
   */
  static GroupFilter read(Map<String, List<String>> parameters) {
    List<GroupSelector> selectors = new ArrayList<>();
    for (String text : parameters.getOrDefault(MATCH, List.of())) {
      try {
        selectors.add(GroupSelector.parse(text));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(MATCH + ": " + e.getMessage(), e);
      }
    }
    return new GroupFilter(
        List.copyOf(selectors),
        olderThan(single(parameters, OLDER_THAN)),
        failed(single(parameters, FAILED)));
  }

  /** Returns the parameters in the query of a request. */
  static Map<String, List<String>> parameters(Request request) {
    Map<String, List<String>> parameters = new TreeMap<>();
    if (request.getHttpURI().getQuery() != null) {
      Request.extractQueryParameters(request)
          .forEach(field -> parameters.put(field.getName(), field.getValues()));
    }
    return parameters;
  }

  /** Returns whether the filter has no condition, so that it selects every group. */
  boolean isEmpty() {
    boolean hasMatcher =
        !selectors.isEmpty() && selectors.stream().noneMatch(GroupSelector::matchesAll);
    return !hasMatcher && olderThan == null && hasFailed == null;
  }

  /** Returns the value of a parameter that can be given once; null if the parameter is absent. */
  static @Nullable String single(Map<String, List<String>> parameters, String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new IllegalArgumentException(
          name + ": given " + values.size() + " times (expected: once)");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private static @Nullable Duration olderThan(@Nullable String text) {
    try {
      return text == null ? null : GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(OLDER_THAN + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable Boolean failed(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              FAILED + ": \"" + text + "\" (expected: true or false)");
    };
  }

  /** Returns whether the filter selects this group. */
  boolean selects(GroupSummary group, Instant now) {
    boolean isOld =
        olderThan == null || now.toEpochMilli() - group.lastAttemptMillis() > olderThan.toMillis();
    return isOld
        && (hasFailed == null || hasFailed == !group.isLastPushSuccessful())
        && (selectors.isEmpty() || selectors.stream().anyMatch(each -> each.matches(group.key())));
  }
}
