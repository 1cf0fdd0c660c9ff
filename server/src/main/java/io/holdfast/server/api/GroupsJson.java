package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.server.gocompat.GoJson;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupSize;
import io.holdfast.storage.GroupSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A page of groups in JSON. A time or reason that a group does not have has no field. */
final class GroupsJson {
  private GroupsJson() {}

  /**
   * Returns the answer.
   *
   * @param next the cursor of the next page; null if this is the last page
   */
  static byte[] of(Exposition exposition, List<GroupSummary> groups, @Nullable String next) {
    Map<GroupKey, GroupSize> sizes =
        exposition.sizes(groups.stream().map(GroupSummary::key).toList());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = GoJson.generator(out)) {
      json.writeStartObject();
      json.writeStringField("status", "success");
      json.writeObjectFieldStart("data");
      json.writeArrayFieldStart("groups");
      for (GroupSummary group : groups) {
        write(json, exposition, group, sizes.getOrDefault(group.key(), new GroupSize(0, 0, 0)));
      }
      json.writeEndArray();
      if (next != null) {
        json.writeStringField("next_cursor", next);
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void write(
      JsonGenerator json, Exposition exposition, GroupSummary group, GroupSize size)
      throws IOException {
    json.writeStartObject();
    json.writeFieldName("labels");
    GoJson.write(json, group.key().labels());
    write(json, "last_push", group.lastPush());
    write(json, "last_push_failure", group.lastFailure());
    json.writeBooleanField("last_push_successful", group.isLastPushSuccessful());
    Optional<String> reason = exposition.failureReason(group.key());
    if (!group.isLastPushSuccessful() && reason.isPresent()) {
      json.writeStringField("last_push_failure_reason", reason.get());
    }
    write(json, "expires_at", exposition.expiresAt(group.key()));
    json.writeNumberField("families", size.families());
    json.writeNumberField("series", size.series());
    json.writeNumberField("shadowed_series", size.shadowedSeries());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String field, Optional<Instant> time)
      throws IOException {
    if (time.isPresent()) {
      json.writeStringField(field, GoJson.time(time.get()));
    }
  }
}
