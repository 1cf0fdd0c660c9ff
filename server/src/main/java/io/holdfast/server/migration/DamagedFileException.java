package io.holdfast.server.migration;

/** A file does not hold what it should. The message says where and what, for the operator. */
final class DamagedFileException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param offset of the byte where what is wrong begins
   */
  DamagedFileException(long offset, String what) {
    super("at byte " + offset + ": " + what);
  }
}
