package io.holdfast.server.page;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;

/** The part of a push URL that names a group, such as {@code /job/backup/instance/db1}. */
final class GroupPath {
  private static final String KEPT = "-_.~";
  private static final String HEX = "0123456789ABCDEF";
  private static final String JOB = "job";

  private GroupPath() {}

  /**
   * Escaped for a URL, and safe between single quotes in a shell. The job comes first.
   *
   * @param labels with {@code job}
   */
  static String of(SortedMap<String, String> labels) {
    StringBuilder path = new StringBuilder();
    append(JOB, labels.getOrDefault(JOB, ""), path);
    for (Map.Entry<String, String> label : labels.entrySet()) {
      if (!label.getKey().equals(JOB)) {
        append(label.getKey(), label.getValue(), path);
      }
    }
    return path.toString();
  }

  private static void append(String name, String value, StringBuilder path) {
    path.append('/').append(name);
    if (needsBase64(value)) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      path.append("@base64/").append(encoded.isEmpty() ? "=" : encoded);
    } else {
      path.append('/').append(escaped(value));
    }
  }

  /** What servers and proxies read as part of the path's structure, or refuse. */
  private static boolean needsBase64(String value) {
    return value.isEmpty()
        || value.equals(".")
        || value.equals("..")
        || value.chars().anyMatch(c -> c < ' ' || c == 0x7f || "/\\%;?#".indexOf(c) >= 0);
  }

  /** UTF-8 with an escape for every byte that is not unreserved in a URL. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      boolean isPlain = c < 0x80 && (Character.isLetterOrDigit(c) || KEPT.indexOf(c) >= 0);
      if (isPlain) {
        escaped.append(c);
      } else {
        escaped.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
      }
    }
    return escaped.toString();
  }
}
