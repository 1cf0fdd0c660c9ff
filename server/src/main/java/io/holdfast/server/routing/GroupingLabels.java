package io.holdfast.server.routing;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.GoQuote;
import io.holdfast.proto.NameRule;
import io.holdfast.server.gocompat.GoBase64;
import io.holdfast.server.gocompat.UrlPath;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The reader of grouping labels from the path after {@code /metrics/}. The checks are in upstream's
 * order, because the order decides the reason that a client gets.
 */
final class GroupingLabels {
  static final String BASE64_SUFFIX = "@base64";
  private static final String RESERVED = "__";

  private GroupingLabels() {}

  /** The failure to read the labels. The message is for the client. */
  static final class BadLabelsException extends Exception {
    private static final long serialVersionUID = 1L;

    BadLabelsException(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * Returns all labels, with {@code job}; unmodifiable.
   *
   * @param job a byte string, see {@link UrlPath}
   * @param labels the rest of the path as a byte string: empty, or with a slash in front
   * @param rule {@link NameRule#UTF8} if names can be any text, escaped as in {@link
   *     EscapingScheme#VALUES}
   */
  static SortedMap<String, String> read(
      String job, boolean jobIsBase64, String labels, NameRule rule) throws BadLabelsException {
    String decodedJob = jobIsBase64 ? decodeJob(job) : job;
    SortedMap<String, String> byName = new TreeMap<>();
    if (labels.length() > 1) {
      String[] components = labels.substring(1).split("/", -1);
      if (components.length % 2 != 0) {
        throw new BadLabelsException("odd number of components in label string " + quote(labels));
      }
      for (int i = 0; i < components.length; i += 2) {
        readLabel(components[i], components[i + 1], rule, byName);
      }
    }
    if (decodedJob.isEmpty()) {
      throw new BadLabelsException("job name is required");
    }
    byName.put("job", decodedJob);
    for (var label : byName.entrySet()) {
      label.setValue(toText(label.getKey(), label.getValue()));
    }
    return Collections.unmodifiableSortedMap(byName);
  }

  private static String decodeJob(String job) throws BadLabelsException {
    GoBase64.Decoded decoded = GoBase64.decode(job);
    if (!decoded.isValid()) {
      throw new BadLabelsException(
          "invalid base64 encoding in job name %s: %s"
              .formatted(quote(decoded.byteString()), decoded.error()));
    }
    return decoded.byteString();
  }

  private static void readLabel(
      String component, String value, NameRule rule, SortedMap<String, String> byName)
      throws BadLabelsException {
    boolean isBase64 = component.endsWith(BASE64_SUFFIX);
    String escaped =
        isBase64 ? component.substring(0, component.length() - BASE64_SUFFIX.length()) : component;
    String name = name(escaped, rule);
    if (name == null) {
      throw new BadLabelsException("improper label name " + quote(escaped));
    }
    if (!isBase64) {
      byName.put(name, value);
      return;
    }
    GoBase64.Decoded decoded = GoBase64.decode(value);
    if (!decoded.isValid()) {
      throw new BadLabelsException(
          "invalid base64 encoding for label %s=%s: %s"
              .formatted(escaped, quote(value), decoded.error()));
    }
    byName.put(name, decoded.byteString());
  }

  /** Returns the name; null if the text is no label name. */
  private static @Nullable String name(String escaped, NameRule rule) {
    String name = decoded(escaped);
    if (name != null && rule == NameRule.UTF8) {
      name = EscapingScheme.unescapedValues(name);
    }
    // Upstream checks the escaped name alone. It then refuses every push whose unescaped name is
    // reserved.
    return name != null
            && rule.isLabelName(name)
            && !escaped.startsWith(RESERVED)
            && !name.startsWith(RESERVED)
        ? name
        : null;
  }

  // Upstream accepts such a value. Every scrape then fails until the group is deleted.
  private static String toText(String name, String byteString) throws BadLabelsException {
    String text = decoded(byteString);
    if (text == null) {
      throw new BadLabelsException(
          "grouping label %s: %s (expected: valid UTF-8)".formatted(name, quote(byteString)));
    }
    return text;
  }

  /** Returns the text whose UTF-8 the byte string is; null if the bytes are not UTF-8. */
  private static @Nullable String decoded(String byteString) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(UrlPath.bytes(byteString)))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String quote(String byteString) {
    byte[] bytes = UrlPath.bytes(byteString);
    return GoQuote.quote(bytes, 0, bytes.length);
  }
}
