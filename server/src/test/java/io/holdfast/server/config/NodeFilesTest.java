package io.holdfast.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.documents.Documents;
import io.holdfast.server.documents.GeneratedPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The node's manual page and completion follow from the declared flags. */
class NodeFilesTest {
  @Test
  void manPage_isCurrent() throws IOException {
    GeneratedPage.assertCurrentFile("docs/holdfast.8", NodeManPage.text());
  }

  @Test
  void completion_isCurrent() throws IOException {
    GeneratedPage.assertCurrentFile("config/holdfast.bash", NodeCompletion.text());
  }

  @Test
  void completion_offersFlags_andFilesBehindThem() throws Exception {
    assertEquals("--storage.path", complete("holdfast", "--storage.pa"));
    assertEquals("README.md", complete("holdfast", "--web.config.file", "READ"));
    assertEquals("README.md", complete("holdfast", "--web.config.file", "=", "READ"));
    assertEquals("", complete("holdfast", "--web.listen-address", "READ"));
  }

  private static String complete(String... words) throws Exception {
    String script =
        """
        compopt() { :; }
        . config/holdfast.bash
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _holdfast holdfast "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s' "${COMPREPLY[*]}"
        """;
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(List.of(words));
    Process bash =
        new ProcessBuilder(command)
            .directory(Documents.path(".").toFile())
            .redirectErrorStream(true)
            .start();
    return new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
