package io.holdfast.server.ctl;

/** The end of a command with a reason for its user. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private boolean isPassing;

  Failure(int exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** Creates a failure with {@link ExitCodes#FAILED}. */
  static Failure of(String message) {
    return new Failure(ExitCodes.FAILED, message);
  }

  /** Creates a failure with {@link ExitCodes#USAGE}. */
  static Failure usage(String message) {
    return new Failure(ExitCodes.USAGE, message);
  }

  /** Marks the failure as one that may pass by itself. */
  Failure passing() {
    isPassing = true;
    return this;
  }

  boolean isPassing() {
    return isPassing;
  }

  int exitCode() {
    return exitCode;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
