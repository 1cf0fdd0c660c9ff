package io.holdfast.server.selector;

import java.util.ArrayList;
import java.util.List;

/**
 * A parser of one selector. The syntax is that of Prometheus's instant vector selectors without a
 * metric name: label names plain or quoted, values in double quotes, single quotes or backquotes.
 * Confined to one thread.
 */
final class SelectorParser {
  private final String text;
  private int at;

  SelectorParser(String text) {
    this.text = text;
  }

  List<Matcher> parse() {
    List<Matcher> matchers = new ArrayList<>();
    skipBlanks();
    expect('{');
    skipBlanks();
    while (!isNext('}')) {
      matchers.add(matcher());
      skipBlanks();
      if (!isNext(',')) {
        break;
      }
      at++;
      skipBlanks();
    }
    expect('}');
    skipBlanks();
    if (at < text.length()) {
      throw unexpected("the end");
    }
    return List.copyOf(matchers);
  }

  private Matcher matcher() {
    String label = isQuote() ? quoted() : plainName();
    skipBlanks();
    String operator = operator();
    skipBlanks();
    int valueAt = at;
    if (!isQuote()) {
      throw unexpected("a value in quotes");
    }
    String value = quoted();
    try {
      return Matcher.of(label, operator, value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(position(valueAt) + e.getMessage(), e);
    }
  }

  private String plainName() {
    int start = at;
    while (at < text.length() && isNameCharacter(text.charAt(at), at > start)) {
      at++;
    }
    if (at == start) {
      throw unexpected("a label name");
    }
    return text.substring(start, at);
  }

  private static boolean isNameCharacter(char character, boolean mayBeDigit) {
    return character == '_'
        || (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (mayBeDigit && character >= '0' && character <= '9');
  }

  private String operator() {
    for (String operator : List.of("=~", "!~", "!=", "=")) {
      if (text.startsWith(operator, at)) {
        at += operator.length();
        return operator;
      }
    }
    throw unexpected("=, !=, =~ or !~");
  }

  private boolean isQuote() {
    return isNext('"') || isNext('\'') || isNext('`');
  }

  /** Reads a string. In backquotes a backslash is a character like any other. */
  private String quoted() {
    char quote = text.charAt(at++);
    StringBuilder value = new StringBuilder();
    while (!isNext(quote)) {
      if (at >= text.length()) {
        throw unexpected("a closing " + quote);
      }
      char next = text.charAt(at++);
      value.append(next == '\\' && quote != '`' ? escaped(quote) : String.valueOf(next));
    }
    at++;
    return value.toString();
  }

  private String escaped(char quote) {
    if (at >= text.length()) {
      throw unexpected("a character behind the backslash");
    }
    char next = text.charAt(at++);
    return switch (next) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case 'a' -> "\u0007";
      case 'b' -> "\b";
      case 'f' -> "\f";
      case 'v' -> "\u000b";
      case '\\' -> "\\";
      case 'x' -> character(2);
      case 'u' -> character(4);
      case 'U' -> character(8);
      default -> {
        if (next == quote) {
          yield String.valueOf(quote);
        }
        at--;
        throw unexpected("an escape such as \\n, \\\\ or \\" + quote);
      }
    };
  }

  private String character(int digits) {
    int end = Math.min(at + digits, text.length());
    try {
      int codePoint = Integer.parseUnsignedInt(text.substring(at, end), 16);
      if (end - at == digits && Character.isValidCodePoint(codePoint)) {
        at = end;
        return Character.toString(codePoint);
      }
    } catch (NumberFormatException e) {
      // The message below tells the position.
    }
    throw unexpected(digits + " hexadecimal digits of a character");
  }

  private void expect(char wanted) {
    if (!isNext(wanted)) {
      throw unexpected(String.valueOf(wanted));
    }
    at++;
  }

  private boolean isNext(char wanted) {
    return at < text.length() && text.charAt(at) == wanted;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException unexpected(String expected) {
    String found =
        at < text.length() ? "\"" + Character.toString(text.codePointAt(at)) + "\"" : "the end";
    return new IllegalArgumentException(
        position(at) + found + " (expected: " + expected + ") in " + text);
  }

  private static String position(int index) {
    return "column " + (index + 1) + ": ";
  }
}
