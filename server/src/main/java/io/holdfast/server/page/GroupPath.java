package io.holdfast.server.page;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.NameRule;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of a URL that names a group, such as {@code /job/backup/instance/db1}. All links, forms
 * and commands of the page that lead to a group use this class.
 *
 * <p>A path consists of letters, digits and {@code - _ . ~ % / @ =} alone. So browsers, proxies and
 * shells all take it for a plain path. The server reads exactly the same labels back.
 */
public final class GroupPath {
  /** The path that leads nowhere, for labels that no URL could have brought into the store. */
  static final String NOWHERE = "/-";

  private static final String KEPT = "-_.~";
  private static final String HEX = "0123456789ABCDEF";
  private static final String JOB = "job";
  private static final String ESCAPED_NAME = "U__";

  private GroupPath() {}

  /**
   * Returns the path below the page's address, or {@link #NOWHERE}. Names below that address can be
   * escaped, whatever the flags say. The job comes first.
   *
   * @param labels with {@code job}
   */
  public static String of(SortedMap<String, String> labels) {
    String path = pushed(labels, NameRule.UTF8);
    return path == null ? NOWHERE : path;
  }

  /**
   * Returns the path of a push to the group, or null if no push can name the group.
   *
   * @param labels with {@code job}
   * @param names the server's rule for names
   */
  public static @Nullable String pushed(SortedMap<String, String> labels, NameRule names) {
    StringBuilder path = new StringBuilder();
    append(JOB, labels.getOrDefault(JOB, ""), path);
    for (Map.Entry<String, String> label : labels.entrySet()) {
      if (!label.getKey().equals(JOB)) {
        String name = name(label.getKey(), names);
        if (name == null) {
          return null;
        }
        append(name, label.getValue(), path);
      }
    }
    return path.toString();
  }

  /**
   * Returns a plain name unchanged. Other names, and plain names that look escaped, are escaped.
   */
  private static @Nullable String name(String name, NameRule names) {
    boolean isPlain = NameRule.LEGACY.isLabelName(name);
    if (names != NameRule.UTF8) {
      return isPlain ? name : null;
    }
    if (isPlain && !name.startsWith(ESCAPED_NAME)) {
      return name;
    }
    String values = EscapingScheme.escapedValues(name);
    if (EscapingScheme.unescapedValues(values).equals(name)) {
      return values;
    }
    // This escaping cannot express characters beyond U+FFFFF. A path can contain such names
    // unescaped.
    return name.startsWith(ESCAPED_NAME) || name.indexOf('/') >= 0 || name.indexOf('@') >= 0
        ? null
        : escaped(name);
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

  /**
   * Returns whether servers or proxies would take the value for the structure of a path, or refuse
   * it.
   */
  private static boolean needsBase64(String value) {
    return value.isEmpty()
        || value.equals(".")
        || value.equals("..")
        || value.chars().anyMatch(c -> c < ' ' || c == 0x7f || "/\\%;?#".indexOf(c) >= 0);
  }

  /** Returns UTF-8 with an escape for every byte that is not unreserved in a URL. */
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
