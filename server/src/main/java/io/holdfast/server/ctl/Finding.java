package io.holdfast.server.ctl;

/**
 * The result of one check of the doctor.
 *
 * @param subject one or two words
 * @param text the fact, and for a problem the way out
 */
record Finding(Level level, String subject, String text) {
  /** The levels; the last two are problems. */
  enum Level {
    OK,
    UNKNOWN,
    WARNING,
    PROBLEM
  }

  boolean isProblem() {
    return level == Level.WARNING || level == Level.PROBLEM;
  }

  static Finding ok(String subject, String text) {
    return new Finding(Level.OK, subject, text);
  }

  static Finding unknown(String subject, String text) {
    return new Finding(Level.UNKNOWN, subject, text);
  }

  static Finding warning(String subject, String text) {
    return new Finding(Level.WARNING, subject, text);
  }

  static Finding problem(String subject, String text) {
    return new Finding(Level.PROBLEM, subject, text);
  }
}
