package io.holdfast.server.http;

import java.util.function.IntPredicate;

/**
 * A position in a header's text. The caller defines blanks and token characters, because headers
 * differ. Confined to one thread.
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

  /** Steps over the next character. There must be one. */
  char take() {
    return text.charAt(position++);
  }

  /** Returns whether the next character is a wanted one; false at the end. */
  boolean nextIs(IntPredicate wanted) {
    return !isAtEnd() && wanted.test(text.charAt(position));
  }

  void skip(IntPredicate unwanted) {
    while (nextIs(unwanted)) {
      position++;
    }
  }

  /** Steps over wanted characters and returns them. The result can be empty. */
  String takeWhile(IntPredicate wanted) {
    int start = position;
    skip(wanted);
    return text.substring(start, position);
  }

  /** Returns printable ASCII up to a separator. The result can be empty. */
  String token(String separators) {
    return takeWhile(c -> c > ' ' && c < 0x7f && separators.indexOf(c) < 0);
  }
}
