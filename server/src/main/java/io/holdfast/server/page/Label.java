package io.holdfast.server.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A label of a group or of a series, or another pair of name and value. */
record Label(String name, String value) {
  /** The approximate number of characters in a line. */
  static final int LINE = 100;

  private static final int MAX_LABELS = 50;
  private static final int AROUND = 10;

  /** The length of the sign that replaces an invisible character. */
  private static final int LONGEST_SIGN = 10;

  private static final int LONGEST_ESCAPE = 5;
  private static final int MAX_LENGTH = 4_000;
  private static final int BRIEF_LENGTH = 300;
  private static final char TAB = '\u21e5';
  private static final char LINE_BREAK = '\u21b5';
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  /** Returns the value on one line. Unprintable characters become signs. */
  String shown() {
    return shown(value, MAX_LENGTH);
  }

  /** Returns a shorter form of the value on one line, for pages with many values. */
  String brief() {
    return shown(value, BRIEF_LENGTH);
  }

  private static String shown(String value, int maxLength) {
    if (value.isEmpty()) {
      return "\"\"";
    }
    StringBuilder shown = new StringBuilder();
    bounded(value, maxLength).codePoints().forEach(each -> append(each, shown));
    return shown.toString();
  }

  private static void append(int character, StringBuilder shown) {
    if (character == '\n') {
      shown.append(LINE_BREAK);
    } else if (character == '\t') {
      shown.append(TAB);
    } else if (isInvisible(character)) {
      shown.append(String.format(Locale.ROOT, "\u27e8U+%04X\u27e9", character));
    } else {
      shown.appendCodePoint(character);
    }
  }

  /**
   * Returns whether a character is invisible and could make two values look alike. Characters that
   * join letters and emoji do not count.
   */
  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.FORMAT -> character != ZERO_WIDTH_NON_JOINER && character != ZERO_WIDTH_JOINER;
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /** Returns the approximate size, in hundredths of a line, including the text around the label. */
  int size() {
    return AROUND + size(name) + size(value);
  }

  private static int size(String text) {
    int size = 0;
    int length = Math.min(text.length(), MAX_LENGTH);
    for (int i = 0; i < length; i++) {
      char each = text.charAt(i);
      if (each < ' ' || each > '~') {
        size += LONGEST_SIGN;
      } else {
        size += each == '<' || each == '>' || each == '&' || each == '"' ? LONGEST_ESCAPE : 1;
      }
    }
    return size;
  }

  /**
   * Returns the labels that a page shows of a series. If there are more, the last label gives the
   * number of the others.
   */
  static List<Label> first(List<Label> labels) {
    if (labels.size() <= MAX_LABELS) {
      return labels;
    }
    List<Label> first = new ArrayList<>(labels.subList(0, MAX_LABELS));
    first.add(new Label("\u2026", "and " + Numbers.grouped(labels.size() - MAX_LABELS) + " more"));
    return first;
  }

  /** Returns the text, or its beginning and its length. */
  static String bounded(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return text.substring(0, end) + "\u2026 (" + Numbers.grouped(text.length()) + " characters)";
  }

  /** Returns a pushed text, shortened to the bound of a page. */
  static String bounded(String text) {
    return bounded(text, MAX_LENGTH);
  }
}
