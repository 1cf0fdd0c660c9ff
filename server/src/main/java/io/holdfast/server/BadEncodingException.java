package io.holdfast.server;

/** A body could not be decompressed. The message is for the client. */
final class BadEncodingException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean tooLarge;

  private BadEncodingException(String reason, boolean tooLarge) {
    super(reason, null, false, false);
    this.tooLarge = tooLarge;
  }

  static BadEncodingException malformed(String reason) {
    return new BadEncodingException(reason, false);
  }

  static BadEncodingException tooLarge(long maxInflatedBytes) {
    return new BadEncodingException(
        "body: too large after decompression (expected: at most " + maxInflatedBytes + " bytes)",
        true);
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  /** Whether the answer is 413 rather than 400. */
  boolean isTooLarge() {
    return tooLarge;
  }
}
