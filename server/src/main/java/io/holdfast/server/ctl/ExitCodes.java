package io.holdfast.server.ctl;

/** The exit codes of all commands, and the lines of the help that explain them. */
final class ExitCodes {
  static final int OK = 0;

  /** The server refused or cannot be reached, or a file cannot be read or written. */
  static final int FAILED = 1;

  static final int USAGE = 2;

  /** The command ran, and found problems. */
  static final int PROBLEMS = 3;

  static final int NOT_FOUND = 4;

  static final int INTERRUPTED = 130;

  /** The reader of standard output has gone. Shells give this code after SIGPIPE. */
  static final int OUTPUT_CLOSED = 141;

  private ExitCodes() {}
}
