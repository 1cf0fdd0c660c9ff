package io.holdfast.server.migration;

/** The failure to start with this file. The message is for the operator and names the flag. */
public final class MigrationException extends Exception {
  private static final long serialVersionUID = 1L;

  MigrationException(String message) {
    super(message);
  }

  public MigrationException(String message, Throwable cause) {
    super(message, cause);
  }
}
