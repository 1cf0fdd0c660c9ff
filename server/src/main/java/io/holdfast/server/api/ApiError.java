package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.server.gocompat.GoJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The answer of a failed request to the API, in the form of the Pushgateway. */
final class ApiError {
  private ApiError() {}

  /**
   * Returns the answer's body.
   *
   * @param type such as {@code bad_data}
   */
  static byte[] of(String type, String reason) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = GoJson.generator(out)) {
      json.writeStartObject();
      json.writeStringField("status", "error");
      json.writeStringField("errorType", type);
      json.writeStringField("error", reason);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
