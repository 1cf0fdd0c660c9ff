package io.holdfast.proto;

/** A fault in the body of a push. The message goes to the sender. */
public sealed class ParseException extends Exception permits TooHeavyException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  /** Creates a fault in a body without lines. */
  ParseException(String message) {
    this(message, 0, 0);
  }

  ParseException(String message, int line, int column) {
    // Without a stack trace: the fault is in the sender's bytes, and bad bodies come in floods.
    super(message, null, false, false);
    this.line = line;
    this.column = column;
  }

  /** Returns the line of the fault, counted from 1, or 0 in a format without lines. */
  public int line() {
    return line;
  }

  /**
   * Returns the byte of the line at which the parser found the fault, counted from 1, or 0 in a
   * format without lines.
   */
  public int column() {
    return column;
  }
}
