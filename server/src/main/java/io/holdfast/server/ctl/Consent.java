package io.holdfast.server.ctl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The question before something is deleted. */
final class Consent {
  private Consent() {}

  /**
   * Asks on a terminal. Without a terminal, {@code --yes} must have been given.
   *
   * @param question without a question mark
   */
  static void require(Console console, boolean isGiven, String question)
      throws Failure, IOException {
    if (isGiven) {
      return;
    }
    if (!console.isInputATerminal()) {
      throw Failure.usage(question + "? (expected: --yes, or an answer on a terminal)");
    }
    console.err().print(question + "? Type yes: ");
    console.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8)).readLine();
    if (answer == null || !answer.strip().equals("yes")) {
      throw Failure.of("nothing was deleted");
    }
  }
}
