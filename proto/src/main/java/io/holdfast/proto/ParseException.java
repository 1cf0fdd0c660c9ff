package io.holdfast.proto;

/** A body that is not what it claims to be. The message is meant for whoever sent the body. */
public sealed class ParseException extends Exception permits TooHeavyException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  /** A fault in a body that has no lines. */
  ParseException(String message) {
    this(message, 0, 0);
  }

  ParseException(String message, int line, int column) {
    // Without a stack trace: the fault is in the sender's bytes, and bad bodies may come in floods.
    super(message, null, false, false);
    this.line = line;
    this.column = column;
  }

  /** The line of the fault, counted from 1, or 0 when the format has no lines. */
  public int line() {
    return line;
  }

  /**
   * The byte in the line at which the fault was noticed, counted from 1, or 0 when the format has
   * no lines.
   */
  public int column() {
    return column;
  }
}
