package io.holdfast.server.migration;

/** The failure to read a damaged file. The message tells the operator the place and the damage. */
public final class DamagedFileException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param offset of the byte where the damage begins
   */
  DamagedFileException(long offset, String what) {
    super("at byte " + offset + ": " + what);
  }
}
