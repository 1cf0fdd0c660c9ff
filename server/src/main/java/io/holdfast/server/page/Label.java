package io.holdfast.server.page;

/** A label of a group or of a series, or anything else with a name. */
record Label(String name, String value) {
  /** About what fits into a line. */
  static final int LINE = 100;

  private static final int MAX_LENGTH = 4_000;
  private static final int BRIEF_LENGTH = 300;
  private static final char FIRST_PICTURE = '\u2400';
  private static final char LINE_BREAK = '\u21b5';

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
    String text = bounded(value, maxLength);
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        shown.append(LINE_BREAK);
      } else {
        shown.append(c < ' ' ? (char) (FIRST_PICTURE + c) : c);
      }
    }
    return shown.toString();
  }

  /** How many lines it fills, about. */
  int lines() {
    return (name.length() + Math.min(value.length(), MAX_LENGTH)) / LINE;
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
