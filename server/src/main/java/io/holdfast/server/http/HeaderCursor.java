package io.holdfast.server.http;

import java.util.function.IntPredicate;

/**
 * A place in a header's text. What counts as blank and what as part of a token is the caller's to
 * say: headers differ. Confined to one thread.
 */
final class HeaderCursor {
  private final String text;
  private int position;

  HeaderCursor(String text, int position) {
    this.text = text;
    this.position = position;
  }

  boolean isAtEnd() {
    return position == text.length();
  }

  /** Steps over the next character if it is the expected one. */
  boolean take(char expected) {
    if (nextIs(c -> c == expected)) {
      position++;
      return true;
    }
    return false;
  }

  /** Steps over the next character, which has to exist. */
  char take() {
    return text.charAt(position++);
  }

  /** False at the end. */
  boolean nextIs(IntPredicate wanted) {
    return !isAtEnd() && wanted.test(text.charAt(position));
  }

  void skip(IntPredicate unwanted) {
    while (nextIs(unwanted)) {
      position++;
    }
  }

  /** What is stepped over; may be empty. */
  String takeWhile(IntPredicate wanted) {
    int start = position;
    skip(wanted);
    return text.substring(start, position);
  }

  /** Printable ASCII up to a separator; may be empty. */
  String token(String separators) {
    return takeWhile(c -> c > ' ' && c < 0x7f && separators.indexOf(c) < 0);
  }
}
