package io.holdfast.server.ctl;

import java.io.IOException;

/** Files among the arguments, where {@code -} is standard input. */
final class Inputs {
  private Inputs() {}

  static byte[] read(Console console, String file) throws Failure {
    if (!file.equals("-")) {
      return ClientTls.content("file", file);
    }
    if (console.isInputATerminal()) {
      console.err().println("holdfastctl: reading standard input; end with Ctrl-D");
    }
    try {
      return console.in().readAllBytes();
    } catch (IOException e) {
      throw Failure.of("standard input cannot be read: " + e.getMessage());
    }
  }

  static String name(String file) {
    return file.equals("-") ? "stdin" : file;
  }
}
