package io.holdfast.server.http;

/**
 * The elements of an Accept header, read up to the first mistake: {@code value;q=0.5, value}.
 * Confined to one thread.
 */
final class AcceptList {
  private static final String SEPARATORS = " \t\"(),:;<=>?@[]\\{}";

  private final HeaderCursor cursor;
  private boolean ended;
  private String value = "";
  private double quality;

  AcceptList(String header) {
    this.cursor = new HeaderCursor(header, 0);
  }

  /** Goes to the next element. Returns false if there is none. */
  boolean next() {
    if (ended) {
      return false;
    }
    value = cursor.token(SEPARATORS);
    quality = 1;
    skipBlanks();
    if (cursor.take(';')) {
      skipBlanks();
      quality = cursor.take('q') && cursor.take('=') ? readQuality() : -1;
    }
    skipBlanks();
    ended = !cursor.take(',');
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

  /** Returns the weight: from 0 to below 2. */
  double quality() {
    return quality;
  }

  private double readQuality() {
    int whole = cursor.take('0') ? 0 : cursor.take('1') ? 1 : -1;
    if (whole < 0) {
      return -1;
    }
    String fraction = cursor.take('.') ? cursor.takeWhile(c -> c >= '0' && c <= '9') : "";
    return Double.parseDouble(whole + "." + fraction);
  }

  private void skipBlanks() {
    cursor.skip(c -> " \t\r\n".indexOf(c) >= 0);
  }
}
