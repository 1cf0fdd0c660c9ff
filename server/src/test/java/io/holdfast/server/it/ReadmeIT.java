package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The documents' commands do what they say. Every block marked {@code <!-- tested -->} in the
 * README and in {@code docs/} runs in order, from the repository's root. All blocks use one running
 * node, with {@code localhost:9091} replaced by that node's address.
 */
final class ReadmeIT {
  private static final String ADDRESS = "localhost:9091";

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess server;

  @BeforeAll
  static void start() throws IOException {
    server = PROCESSES.holdfast(directory.resolve("store"), "--web.enable-admin-api");
  }

  @TestFactory
  Stream<DynamicNode> everyMarkedBlock() throws IOException {
    List<DynamicNode> documents = new ArrayList<>();
    for (Path document : documents()) {
      List<String> blocks = ReadmeBlocks.tested(Files.readString(document));
      Stream<DynamicTest> runs =
          blocks.stream().map(block -> DynamicTest.dynamicTest(block, () -> run(block).orFail()));
      documents.add(DynamicContainer.dynamicContainer(document.getFileName().toString(), runs));
    }
    return documents.stream();
  }

  @Test
  void readmeAndInterfacePage_haveMarkedBlocks() throws IOException {
    for (String name : List.of("README.md", "docs/http-api.md")) {
      Path document = Programs.repository().resolve(name);
      assertFalse(ReadmeBlocks.tested(Files.readString(document)).isEmpty(), name);
    }
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> pages = Files.list(Programs.repository().resolve("docs"))) {
      return Stream.concat(
              Stream.of(Programs.repository().resolve("README.md")),
              pages.filter(page -> page.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  @Test
  void aBlockThatFails_isNoticed() throws IOException {
    assertNotEquals(0, run("curl -sS --fail http://localhost:9091/nowhere\ntrue\n").exitCode());
    assertNotEquals(0, run("false | cat\n").exitCode());
    assertEquals(0, run("curl -sS --fail http://localhost:9091/-/ready\n").exitCode());
  }

  @Test
  void blocks_areFoundByTheirMark() {
    String text =
        "a\n<!-- tested -->\n```bash\nx\n  y\n```\n```bash\nz\n```\n<!-- tested -->\n```bash\n```\n";

    assertEquals(List.of("x\n  y\n", "\n"), ReadmeBlocks.tested(text));
    assertThrows(
        AssertionError.class, () -> ReadmeBlocks.tested("<!-- tested -->\n\n```bash\nx\n```\n"));
    assertThrows(AssertionError.class, () -> ReadmeBlocks.tested("<!-- tested -->\n```bash\nx\n"));
    assertThrows(AssertionError.class, () -> ReadmeBlocks.tested("<!-- tested -->"));
  }

  private static Programs.Result run(String block) throws IOException {
    String bash = Programs.require("bash", "bash");
    Programs.require("curl", "curl");
    String script = block.replace(ADDRESS, "127.0.0.1:" + server.port());
    return Programs.run(
        directory,
        Programs.repository(),
        new byte[0],
        List.of(bash, "-e", "-u", "-o", "pipefail", "-c", script));
  }
}
