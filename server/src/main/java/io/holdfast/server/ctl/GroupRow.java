package io.holdfast.server.ctl;

import io.holdfast.storage.GroupKey;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group of a list, in the fields of {@code GET /api/v1/groups}.
 *
 * @param fields as the server sent them
 */
record GroupRow(Map<String, Object> fields) {
  SortedMap<String, String> labels() {
    SortedMap<String, String> labels = new TreeMap<>();
    Json.object(fields, "labels")
        .ifPresent(map -> map.forEach((name, value) -> labels.put(name, String.valueOf(value))));
    return labels;
  }

  /** Returns the labels as a selector. */
  String name() {
    SortedMap<String, String> labels = labels();
    return labels.isEmpty() ? "{}" : GroupKey.of(labels).toString();
  }

  Optional<Instant> time(String field) {
    try {
      return Json.text(fields, field).map(text -> OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  boolean isLastPushSuccessful() {
    return Json.isTrue(fields, "last_push_successful");
  }

  Optional<Instant> lastAttempt() {
    Optional<Instant> push = time("last_push");
    Optional<Instant> failure = time("last_push_failure");
    if (push.isPresent() && failure.isPresent()) {
      return push.get().isAfter(failure.get()) ? push : failure;
    }
    return push.or(() -> failure);
  }

  /** Returns the row of a group in {@code GET /api/v1/metrics}, as the Pushgateway has it. */
  static GroupRow of(Map<String, Object> group) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("labels", ApiGroup.labels(group));
    ApiGroup.time(group, ApiGroup.PUSH_TIME).ifPresent(at -> row.put("last_push", at.toString()));
    ApiGroup.time(group, ApiGroup.PUSH_FAILURE_TIME)
        .ifPresent(at -> row.put("last_push_failure", at.toString()));
    row.put("last_push_successful", Json.isTrue(group, "last_push_successful"));
    Json.text(group, "last_push_failure_reason")
        .ifPresent(reason -> row.put("last_push_failure_reason", reason));
    Json.text(group, "expires_at").ifPresent(at -> row.put("expires_at", at));
    Map<String, Map<String, Object>> families = ApiGroup.families(group);
    row.put("families", families.size());
    row.put(
        "series",
        families.values().stream().mapToInt(each -> Json.objects(each, "metrics").size()).sum());
    return new GroupRow(row);
  }
}
