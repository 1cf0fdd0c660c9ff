package io.holdfast.server.page;

/** The quoting of text as one word of a POSIX shell, without expansion or execution. */
public final class ShellWord {
  private ShellWord() {}

  /**
   * Returns the text in single quotes. A quote in the text ends the quoting, stands escaped, and
   * begins the quoting again.
   */
  public static String of(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
