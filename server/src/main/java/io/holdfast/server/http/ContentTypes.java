package io.holdfast.server.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The recognition of the content type of pushes. */
public final class ContentTypes {
  private static final String SPECIALS = "()<>@,;:\\\"/[]?=";

  private ContentTypes() {}

  /**
   * Returns whether the header names delimited protobuf messages of metric families. The case of
   * names does not count; the case of values does. A malformed header names nothing. Extended
   * parameters (RFC 2231, {@code name*=}) do not count.
   */
  public static boolean isDelimitedProtobuf(@Nullable String header) {
    if (header == null) {
      return false;
    }
    int semicolon = header.indexOf(';');
    String type = semicolon < 0 ? header : header.substring(0, semicolon);
    if (!type.strip().toLowerCase(Locale.ROOT).equals("application/vnd.google.protobuf")
        || semicolon < 0) {
      return false;
    }
    Map<String, String> parameters = parameters(new HeaderCursor(header, semicolon));
    return parameters != null
        && "delimited".equals(parameters.get("encoding"))
        && "io.prometheus.client.MetricFamily".equals(parameters.get("proto"));
  }

  /** Returns the parameters; null if they are malformed. */
  private static @Nullable Map<String, String> parameters(HeaderCursor cursor) {
    Map<String, String> parameters = new HashMap<>();
    for (skipBlanks(cursor); !cursor.isAtEnd(); skipBlanks(cursor)) {
      if (!cursor.take(';')) {
        return null;
      }
      skipBlanks(cursor);
      if (cursor.isAtEnd()) {
        return parameters;
      }
      String name = cursor.token(SPECIALS).toLowerCase(Locale.ROOT);
      skipBlanks(cursor);
      if (name.isEmpty() || !cursor.take('=')) {
        return null;
      }
      skipBlanks(cursor);
      String value = value(cursor);
      if (value == null) {
        return null;
      }
      String earlier = parameters.put(name, value);
      if (earlier != null && !earlier.equals(value)) {
        return null;
      }
    }
    return parameters;
  }

  /** Returns a token or a string in quotes; null if there is neither. */
  private static @Nullable String value(HeaderCursor cursor) {
    if (!cursor.take('"')) {
      String token = cursor.token(SPECIALS);
      return token.isEmpty() ? null : token;
    }
    StringBuilder value = new StringBuilder();
    while (!cursor.isAtEnd()) {
      char c = cursor.take();
      if (c == '"') {
        return value.toString();
      }
      if (c == '\\' && cursor.nextIs(next -> SPECIALS.indexOf(next) >= 0)) {
        c = cursor.take();
      } else if (c == '\r' || c == '\n') {
        return null;
      }
      value.append(c);
    }
    return null;
  }

  private static void skipBlanks(HeaderCursor cursor) {
    cursor.skip(Character::isWhitespace);
  }
}
