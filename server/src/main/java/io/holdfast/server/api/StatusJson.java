package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.server.gocompat.GoJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** A node's account of itself, in the JSON of the Pushgateway's API. */
public final class StatusJson {
  private StatusJson() {}

  /**
   * Returns the body of {@code GET /api/v1/status}.
   *
   * @param flags name (without dashes) to value
   */
  public static byte[] of(Map<String, String> flags, Map<String, String> build, Instant startedAt) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = GoJson.generator(out)) {
      json.writeStartObject();
      json.writeStringField("status", "success");
      json.writeObjectFieldStart("data");
      json.writeFieldName("build_information");
      GoJson.write(json, new TreeMap<>(build));
      json.writeFieldName("flags");
      GoJson.write(json, new TreeMap<>(flags));
      json.writeStringField("start_time", GoJson.time(startedAt));
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
