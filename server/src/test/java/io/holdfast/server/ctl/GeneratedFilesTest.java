package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.documents.GeneratedPage;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;

/** The manual page and the completion of the shell follow from the declared commands. */
class GeneratedFilesTest {
  @Test
  void manPage_isCurrent() throws IOException {
    GeneratedPage.assertCurrentFile("docs/holdfastctl.1", ManPage.of(CommandLineTree.root()));
  }

  @Test
  void completion_isCurrent_andKnowsEveryCommand() throws IOException {
    String script = AutoComplete.bash("holdfastctl", CommandLineTree.root());
    GeneratedPage.assertCurrentFile("config/holdfastctl.bash", script);
    for (String name : CommandLineTree.names()) {
      String function = "function _picocli_holdfastctl_" + name.replace(" ", "_") + "() {";
      assertTrue(name.isEmpty() || script.contains(function), function);
    }
  }
}
