package io.holdfast.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Quoted text for error messages, as Go's {@code %q} quotes: double quotes, and backslash escapes
 * for unprintable characters. Clients and scripts know upstream's messages in this form.
 */
public final class GoQuote {
  private static final char REPLACEMENT = '\uFFFD';
  private static final String HEX = "0123456789abcdef";

  private GoQuote() {}

  /** Returns the text in double quotes; of a long text the beginning, then its length. */
  public static String quote(String text) {
    String shown = Excerpt.beginning(text, Excerpt.MAX_LENGTH);
    StringBuilder quoted = new StringBuilder(shown.length() + 2).append('"');
    shown.codePoints().forEach(codePoint -> append(quoted, codePoint, '"'));
    quoted.append('"');
    if (shown.length() < text.length()) {
      quoted.append(Excerpt.rest(Excerpt.bytes(text)));
    }
    return quoted.toString();
  }

  /**
   * Returns the UTF-8 in {@code bytes[start, end)} in double quotes; bytes that are not UTF-8
   * become {@code \xff}. Of a long text the beginning, and its length behind the quotes.
   */
  public static String quote(byte[] bytes, int start, int end) {
    StringBuilder quoted = new StringBuilder().append('"');
    int i = start;
    while (i < end && i - start < Excerpt.MAX_LENGTH) {
      int length = Utf8.sequenceLength(bytes, i, end);
      if (length == 0) {
        appendHex(quoted.append("\\x"), bytes[i] & 0xff, 2);
        i++;
      } else {
        byte[] sequence = Arrays.copyOfRange(bytes, i, i + length);
        append(quoted, new String(sequence, StandardCharsets.UTF_8).codePointAt(0), '"');
        i += length;
      }
    }
    quoted.append('"');
    if (i < end) {
      quoted.append(Excerpt.rest(end - start));
    }
    return quoted.toString();
  }

  /** Returns one byte, read as the character of that number, in single quotes. */
  static String quoteCharacter(byte character) {
    StringBuilder quoted = new StringBuilder(8).append('\'');
    append(quoted, character & 0xff, '\'');
    return quoted.append('\'').toString();
  }

  private static void append(StringBuilder quoted, int codePoint, char mark) {
    switch (codePoint) {
      case 0x07 -> quoted.append("\\a");
      case '\b' -> quoted.append("\\b");
      case '\f' -> quoted.append("\\f");
      case '\n' -> quoted.append("\\n");
      case '\r' -> quoted.append("\\r");
      case '\t' -> quoted.append("\\t");
      case 0x0b -> quoted.append("\\v");
      case '\\' -> quoted.append("\\\\");
      default -> {
        if (codePoint == mark) {
          quoted.append('\\').append(mark);
        } else if (isPrintable(codePoint)) {
          quoted.appendCodePoint(codePoint);
        } else if (codePoint < ' ' || codePoint == 0x7f) {
          appendHex(quoted.append("\\x"), codePoint, 2);
        } else if (codePoint < 0x10000) {
          int shown = Character.isSurrogate((char) codePoint) ? REPLACEMENT : codePoint;
          appendHex(quoted.append("\\u"), shown, 4);
        } else {
          appendHex(quoted.append("\\U"), codePoint, 8);
        }
      }
    }
  }

  /** Returns whether a character is a letter, mark, number, punctuation, symbol or ASCII space. */
  private static boolean isPrintable(int codePoint) {
    if (codePoint < 0x7f) {
      return codePoint >= ' ';
    }
    return switch (Character.getType(codePoint)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  private static void appendHex(StringBuilder quoted, int value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      quoted.append(HEX.charAt((value >>> shift) & 0xf));
    }
  }
}
