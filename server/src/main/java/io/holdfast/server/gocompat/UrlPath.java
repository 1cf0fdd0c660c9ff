package io.holdfast.server.gocompat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * URL paths as Go's {@code net/url} and {@code path} treat them. Decoded paths can hold any bytes,
 * so they are kept as <em>byte strings</em>: one char from 0 to 255 for each byte.
 */
public final class UrlPath {
  private static final String KEPT = "-_.~$&+,/:;=@";
  private static final String HEX = "0123456789ABCDEF";

  private UrlPath() {}

  /** Returns the byte string of an escaped path; null if an escape is malformed. */
  public static @Nullable String decode(String escaped) {
    String bytes = toByteString(escaped);
    StringBuilder decoded = new StringBuilder(bytes.length());
    for (int i = 0; i < bytes.length(); i++) {
      char c = bytes.charAt(i);
      if (c != '%') {
        decoded.append(c);
        continue;
      }
      int high = i + 2 < bytes.length() ? Character.digit(bytes.charAt(i + 1), 16) : -1;
      int low = i + 2 < bytes.length() ? Character.digit(bytes.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        return null;
      }
      decoded.append((char) (high * 16 + low));
      i += 2;
    }
    return decoded.toString();
  }

  /** Returns the byte string with an escape for each byte that Go escapes in a path. */
  public static String encode(String byteString) {
    StringBuilder encoded = new StringBuilder(byteString.length());
    for (int i = 0; i < byteString.length(); i++) {
      char c = byteString.charAt(i);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || KEPT.indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
      }
    }
    return encoded.toString();
  }

  /**
   * Returns the path in absolute form, without empty, {@code .} and {@code ..} segments. A slash at
   * the end stays.
   */
  public static String clean(String path) {
    Deque<String> segments = new ArrayDeque<>();
    for (String segment : path.split("/", -1)) {
      switch (segment) {
        case "", "." -> {}
        case ".." -> segments.pollLast();
        default -> segments.addLast(segment);
      }
    }
    String cleaned = "/" + String.join("/", segments);
    return path.endsWith("/") && cleaned.length() > 1 ? cleaned + "/" : cleaned;
  }

  /** Joins and cleans both parts. The result has no slash at the end. */
  public static String join(String prefix, String path) {
    String joined = clean(prefix + "/" + path);
    return joined.length() > 1 && joined.endsWith("/")
        ? joined.substring(0, joined.length() - 1)
        : joined;
  }

  /** Returns the text's UTF-8, one char for each byte. */
  public static String toByteString(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  public static byte[] bytes(String byteString) {
    return byteString.getBytes(StandardCharsets.ISO_8859_1);
  }
}
