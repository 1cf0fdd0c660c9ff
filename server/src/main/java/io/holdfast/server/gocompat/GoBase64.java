package io.holdfast.server.gocompat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Base64 with the alphabet that is safe in URLs and file names. It tolerates all that Go's {@code
 * RawURLEncoding} tolerates: line breaks anywhere and stray bits at the end. Padding at the end is
 * optional.
 */
public final class GoBase64 {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private GoBase64() {}

  /** The decoded bytes, and the offset of the error. Both strings are byte strings. */
  public record Decoded(String byteString, int errorOffset) {
    public boolean isValid() {
      return errorOffset < 0;
    }

    /** Returns Go's text of the error. */
    public String error() {
      return "illegal base64 data at input byte " + errorOffset;
    }
  }

  /**
   * Decodes a byte string. After an error, the result holds the bytes before the faulty group of
   * four characters. Go's decoder does the same, and upstream's error text shows those bytes.
   */
  public static Decoded decode(String encoded) {
    int end = encoded.length();
    while (end > 0 && encoded.charAt(end - 1) == '=') {
      end--;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(end);
    int bits = 0;
    int held = 0;
    for (int i = 0; i < end; i++) {
      char c = encoded.charAt(i);
      if (c == '\r' || c == '\n') {
        continue;
      }
      int value = ALPHABET.indexOf(c);
      if (value < 0) {
        return decoded(bytes, i);
      }
      bits = bits << 6 | value;
      if (++held == 4) {
        bytes.write(bits >> 16);
        bytes.write(bits >> 8);
        bytes.write(bits);
        bits = 0;
        held = 0;
      }
    }
    if (held == 1) {
      return decoded(bytes, end - 1);
    }
    if (held >= 2) {
      bytes.write(bits >> (held == 2 ? 4 : 10));
    }
    if (held == 3) {
      bytes.write(bits >> 2);
    }
    return decoded(bytes, -1);
  }

  private static Decoded decoded(ByteArrayOutputStream bytes, int errorOffset) {
    return new Decoded(bytes.toString(StandardCharsets.ISO_8859_1), errorOffset);
  }
}
