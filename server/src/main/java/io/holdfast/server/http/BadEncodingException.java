package io.holdfast.server.http;

import io.holdfast.server.config.Limit;
import org.jspecify.annotations.Nullable;

/** The failure to decompress a body. The message is for the client. */
public final class BadEncodingException extends Exception {
  private static final long serialVersionUID = 1L;

  private final @Nullable Limit limit;

  private BadEncodingException(String reason, @Nullable Limit limit) {
    super(reason, null, false, false);
    this.limit = limit;
  }

  static BadEncodingException malformed(String reason) {
    return new BadEncodingException(reason, null);
  }

  static BadEncodingException tooLarge(int maxInflatedBytes) {
    return new BadEncodingException(
        "body: too large after decompression (expected: at most " + maxInflatedBytes + " bytes)",
        Limit.INFLATED_SIZE);
  }

  static BadEncodingException noRoom() {
    return new BadEncodingException("too much is being pushed at once", Limit.BYTES_IN_FLIGHT);
  }

  public String reason() {
    return String.valueOf(getMessage());
  }

  /** Returns the limit that the body exceeded; null if the body is malformed. */
  public @Nullable Limit limit() {
    return limit;
  }
}
