package io.holdfast.server.access;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A name and a password as a client sends them: bytes, in which encoding the client alone knows.
 *
 * @param user one char for each byte
 */
public record Credentials(String user, byte[] password) {
  private static final String SCHEME = "Basic ";

  /**
   * From the value of an {@code Authorization} header; null if it holds none of this kind. As
   * strict as Go is.
   */
  public static @Nullable Credentials parse(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String encoded = authorization.substring(SCHEME.length());
    if (encoded.length() % 4 != 0) {
      return null; // Java would take base64 without its padding.
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

  /** Shows nobody's password. */
  @Override
  public String toString() {
    return "Credentials[" + user + "]";
  }
}
