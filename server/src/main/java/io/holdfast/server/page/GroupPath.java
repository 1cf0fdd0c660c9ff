package io.holdfast.server.page;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.NameRule;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of a URL that names a group, such as {@code /job/backup/instance/db1}. All that leads to
 * a group comes from here: links, forms and commands of the page.
 *
 * <p>A path consists of letters, digits and {@code - _ . ~ % / @ =} alone, so that neither a
 * browser, a proxy nor a shell sees anything else in it than a path. The server reads the very
 * labels back.
 */
public final class GroupPath {
  /** Leads nowhere: for the labels of a store that was filled otherwise than by URLs. */
  static final String NOWHERE = "/-";

  private static final String KEPT = "-_.~";
  private static final String HEX = "0123456789ABCDEF";
  private static final String JOB = "job";
  private static final String ESCAPED_NAME = "U__";

  private GroupPath() {}

  /**
   * The path under the page's own address, where names may be escaped whatever the flags say; or
   * {@link #NOWHERE}. The job comes first.
   *
   * @param labels with {@code job}
   */
  public static String of(SortedMap<String, String> labels) {
    String path = pushed(labels, NameRule.UTF8);
    return path == null ? NOWHERE : path;
  }

  /**
   * The path of a push to the group, or null if no push can name it.
   *
   * @param labels with {@code job}
   * @param names the rule that the server reads names by
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

  /** A plain name as it is. Others, and plain ones that look escaped, are escaped. */
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
    // Characters beyond U+FFFFF have no such escape. A path may bring their names as they are.
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
