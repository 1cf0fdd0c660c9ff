package io.holdfast.server.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A label of a group or of a series, or anything else with a name. */
record Label(String name, String value) {
  /** About what fits into a line. */
  static final int LINE = 100;

  private static final int MAX_LABELS = 50;
  private static final int AROUND = 10;

  /** What an invisible character becomes. */
  private static final int LONGEST_SIGN = 10;

  private static final int LONGEST_ESCAPE = 5;
  private static final int MAX_LENGTH = 4_000;
  private static final int BRIEF_LENGTH = 300;
  private static final char TAB = '\u21e5';
  private static final char LINE_BREAK = '\u21b5';
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  /** The value on one line: what does not print has a sign in its place. */
  String shown() {
    return shown(value, MAX_LENGTH);
  }

  /** The same, where there are many and each is to be told from the others. */
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

  /** What could make a value look like another one, but not what joins letters and emoji. */
  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.FORMAT -> character != ZERO_WIDTH_NON_JOINER && character != ZERO_WIDTH_JOINER;
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /** How many hundredths of a line it fills, about, with what stands around it. */
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
   * As many of these as a page shows of a series. One that takes the place of the others says how
   * many they are.
   */
  static List<Label> first(List<Label> labels) {
    if (labels.size() <= MAX_LABELS) {
      return labels;
    }
    List<Label> first = new ArrayList<>(labels.subList(0, MAX_LABELS));
    first.add(new Label("\u2026", "and " + Numbers.grouped(labels.size() - MAX_LABELS) + " more"));
    return first;
  }

  /** The text, or its beginning and how long it is. */
  static String bounded(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return text.substring(0, end) + "\u2026 (" + Numbers.grouped(text.length()) + " characters)";
  }

  /** Text that somebody has pushed, of a length that a page can have. */
  static String bounded(String text) {
    return bounded(text, MAX_LENGTH);
  }
}
