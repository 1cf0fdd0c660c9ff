package io.holdfast.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.holdfast.server.gocompat.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * The form of log lines, which is that of Prometheus servers: {@code ts}, {@code caller}, {@code
 * level}, {@code msg}, then the event's own keys. Every event becomes one line. Unprintable
 * characters are escaped, so that clients cannot forge lines. Immutable.
 *
 * @param withStackTraces whether throwables are shown with their stack trace, under {@code stack}
 */
record LogLine(Logging.Format format, boolean withStackTraces) {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /**
   * The bound on a value. Longer values come from clients, and clients must not control the growth
   * of the log.
   */
  static final int LONGEST_VALUE = 4 << 10;

  private static final int LONGEST_STACK = 64 << 10;
  private static final String STACK = "stack";

  // Two keys of one name would make JSON ambiguous.
  private static final String DUPLICATE_PREFIX = "logged_";

  /** Returns the event as one line, without a line feed at the end. */
  String render(ILoggingEvent event) {
    Map<String, @Nullable Object> fields = fields(event);
    return switch (format) {
      case LOGFMT -> logfmt(fields);
      case JSON -> json(fields);
    };
  }

  private Map<String, @Nullable Object> fields(ILoggingEvent event) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("ts", TIMESTAMP.format(Instant.ofEpochMilli(event.getTimeStamp())));
    String logger = event.getLoggerName();
    fields.put("caller", logger.substring(logger.lastIndexOf('.') + 1));
    fields.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    fields.put("msg", event.getFormattedMessage());
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> add(fields, pair.key, pair.value));
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      add(fields, "err", describe(thrown));
      if (withStackTraces) {
        add(fields, STACK, ThrowableProxyUtil.asString(thrown));
      }
    }
    return fields;
  }

  private static void add(
      Map<String, @Nullable Object> fields, String key, @Nullable Object value) {
    String free = key;
    while (fields.containsKey(free)) {
      free = DUPLICATE_PREFIX + free;
    }
    fields.put(free, value);
  }

  private static String describe(IThrowableProxy thrown) {
    StringBuilder description = new StringBuilder();
    int depth = 0;
    for (IThrowableProxy cause = thrown; cause != null && depth < 8; cause = cause.getCause()) {
      description.append(depth++ == 0 ? "" : ": ").append(cause.getClassName());
      if (cause.getMessage() != null) {
        description.append(": ").append(cause.getMessage());
      }
    }
    return description.toString();
  }

  private static String text(@Nullable Object value) {
    return value instanceof Duration duration
        ? GoDuration.format(duration)
        : Objects.toString(value);
  }

  private static String bounded(String key, String text) {
    int longest = key.equals(STACK) ? LONGEST_STACK : LONGEST_VALUE;
    return text.length() <= longest
        ? text
        : text.substring(0, longest) + "... (" + text.length() + " characters)";
  }

  private static String logfmt(Map<String, @Nullable Object> fields) {
    StringBuilder line = new StringBuilder(160);
    fields.forEach(
        (key, value) -> {
          if (!line.isEmpty()) {
            line.append(' ');
          }
          appendKey(line, key);
          line.append('=');
          String text = bounded(key, text(value));
          if (isPlain(text)) {
            line.append(text);
          } else {
            appendQuoted(line, text);
          }
        });
    return line.toString();
  }

  private static String json(Map<String, @Nullable Object> fields) {
    StringBuilder line = new StringBuilder(160).append('{');
    fields.forEach(
        (key, value) -> {
          if (line.length() > 1) {
            line.append(',');
          }
          appendQuoted(line, key);
          line.append(':');
          if (isJsonLiteral(value)) {
            line.append(value);
          } else {
            appendQuoted(line, bounded(key, text(value)));
          }
        });
    return line.append('}').toString();
  }

  private static boolean isJsonLiteral(@Nullable Object value) {
    return value == null
        || value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long
        || (value instanceof Double number && Double.isFinite(number));
  }

  private static void appendKey(StringBuilder line, String key) {
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      line.append(c > ' ' && c < 0x7f && c != '=' && c != '"' ? c : '_');
    }
  }

  private static boolean isPlain(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '=' && c != '"' && c != '\\');
  }

  /** Appends a quoted text. The escapes are those that JSON and logfmt share. */
  private static void appendQuoted(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (isSafe(text, i)) {
            line.append(c);
          } else {
            line.append("\\u").append("%04x".formatted((int) c));
          }
        }
      }
    }
    line.append('"');
  }

  private static boolean isSafe(String text, int index) {
    char c = text.charAt(index);
    if (Character.isHighSurrogate(c)) {
      return index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
