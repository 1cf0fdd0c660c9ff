package io.holdfast.server;

/**
 * Steps through the elements of an Accept header, up to the first mistake: {@code value;q=0.5,
 * value}. Confined to one thread.
 */
final class AcceptList {
  private static final String SEPARATORS = " \t\"(),:;<=>?@[]\\{}";

  private final String header;
  private int position;
  private boolean ended;
  private String value = "";
  private double quality;

  AcceptList(String header) {
    this.header = header;
  }

  /** Goes to the next element; false if there is none. */
  boolean next() {
    if (ended) {
      return false;
    }
    value = token();
    quality = 1;
    skipBlanks();
    if (take(';')) {
      skipBlanks();
      quality = take('q') && take('=') ? readQuality() : -1;
    }
    skipBlanks();
    ended = !take(',');
    skipBlanks();
    if (value.isEmpty() || quality < 0) {
      ended = true;
      return false;
    }
    return true;
  }

  String value() {
    return value;
  }

  /** From 0 to below 2. */
  double quality() {
    return quality;
  }

  private double readQuality() {
    int start = position;
    if (!take('0') && !take('1')) {
      return -1;
    }
    if (take('.')) {
      while (position < header.length() && isDigit(header.charAt(position))) {
        position++;
      }
    }
    return Double.parseDouble(header.substring(start, position));
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
    while (position < header.length() && " \t\r\n".indexOf(header.charAt(position)) >= 0) {
      position++;
    }
  }

  private static boolean isTokenChar(char c) {
    return c > ' ' && c < 0x7f && SEPARATORS.indexOf(c) < 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
