package io.holdfast.server.access;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The name and password that a client sent: bytes whose encoding only the client knows.
 *
 * @param user one char for each byte
 */
public record Credentials(String user, byte[] password) {
  private static final String SCHEME = "Basic ";

  /**
   * Returns the credentials in the value of an {@code Authorization} header. Returns null if the
   * header holds no basic credentials. As strict as Go.
   */
  public static @Nullable Credentials parse(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String encoded = authorization.substring(SCHEME.length());
    if (encoded.length() % 4 != 0) {
      return null; // Java's decoder would accept base64 without padding.
    }
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(encoded.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      return null;
    }
    for (int i = 0; i < decoded.length; i++) {
      if (decoded[i] == ':') {
        return new Credentials(
            new String(decoded, 0, i, StandardCharsets.ISO_8859_1),
            Arrays.copyOfRange(decoded, i + 1, decoded.length));
      }
    }
    return null;
  }

  /** Returns a text without the password. */
  @Override
  public String toString() {
    return "Credentials[" + user + "]";
  }
}
