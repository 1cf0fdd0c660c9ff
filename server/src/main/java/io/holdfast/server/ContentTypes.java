package io.holdfast.server;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises the content type of pushes. */
final class ContentTypes {
  private static final String SPECIALS = "()<>@,;:\\\"/[]?=";

  private ContentTypes() {}

  /**
   * Whether the header names delimited protobuf messages of metric families. Names are compared
   * without regard to case, values with it; a header that is malformed anywhere names nothing.
   * Extended parameters (RFC 2231, {@code name*=}) don't count.
   */
  static boolean isDelimitedProtobuf(@Nullable String header) {
    if (header == null) {
      return false;
    }
    int semicolon = header.indexOf(';');
    String type = semicolon < 0 ? header : header.substring(0, semicolon);
    if (!type.strip().toLowerCase(Locale.ROOT).equals("application/vnd.google.protobuf")
        || semicolon < 0) {
      return false;
    }
    Map<String, String> parameters = new Parser(header, semicolon).parameters();
    return parameters != null
        && "delimited".equals(parameters.get("encoding"))
        && "io.prometheus.client.MetricFamily".equals(parameters.get("proto"));
  }

  private static final class Parser {
    private final String header;
    private int position;

    Parser(String header, int position) {
      this.header = header;
      this.position = position;
    }

    /** Null if malformed. */
    @Nullable Map<String, String> parameters() {
      Map<String, String> parameters = new HashMap<>();
      for (skipBlanks(); position < header.length(); skipBlanks()) {
        if (!take(';')) {
          return null;
        }
        skipBlanks();
        if (position == header.length()) {
          return parameters;
        }
        String name = token().toLowerCase(Locale.ROOT);
        skipBlanks();
        if (name.isEmpty() || !take('=')) {
          return null;
        }
        skipBlanks();
        String value = value();
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

    private @Nullable String value() {
      if (!take('"')) {
        String token = token();
        return token.isEmpty() ? null : token;
      }
      StringBuilder value = new StringBuilder();
      for (; position < header.length(); position++) {
        char c = header.charAt(position);
        if (c == '"') {
          position++;
          return value.toString();
        }
        boolean escapes =
            c == '\\'
                && position + 1 < header.length()
                && SPECIALS.indexOf(header.charAt(position + 1)) >= 0;
        if (escapes) {
          c = header.charAt(++position);
        } else if (c == '\r' || c == '\n') {
          return null;
        }
        value.append(c);
      }
      return null;
    }

    private String token() {
      int start = position;
      while (position < header.length() && isTokenChar(header.charAt(position))) {
        position++;
      }
      return header.substring(start, position);
    }

    private boolean take(char expected) {
      if (position < header.length() && header.charAt(position) == expected) {
        position++;
        return true;
      }
      return false;
    }

    private void skipBlanks() {
      while (position < header.length() && Character.isWhitespace(header.charAt(position))) {
        position++;
      }
    }

    private static boolean isTokenChar(char c) {
      return c > ' ' && c < 0x7f && SPECIALS.indexOf(c) < 0;
    }
  }
}
