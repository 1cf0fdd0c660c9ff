package io.holdfast.server.page;

/** Text as one word of a POSIX shell, which finds nothing to expand or to run in it. */
public final class ShellWord {
  private ShellWord() {}

  /** The text in single quotes; a quote in it ends them, stands escaped, and begins them again. */
  public static String of(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
