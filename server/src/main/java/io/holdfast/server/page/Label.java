package io.holdfast.server.page;

/** A label of a group or of a series. */
record Label(String name, String value) {
  private static final char FIRST_PICTURE = '\u2400';
  private static final char LINE_BREAK = '\u21b5';

  /** The value on one line: what does not print has a sign in its place. */
  String shown() {
    if (value.isEmpty()) {
      return "\"\"";
    }
    StringBuilder shown = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\n') {
        shown.append(LINE_BREAK);
      } else {
        shown.append(c < ' ' ? (char) (FIRST_PICTURE + c) : c);
      }
    }
    return shown.toString();
  }
}
