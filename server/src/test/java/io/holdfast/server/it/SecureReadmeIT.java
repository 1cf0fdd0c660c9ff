package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The security page's commands for TLS and passwords do what they say: files, then requests. */
final class SecureReadmeIT {
  private static final String MARK = "<!-- tested with TLS -->";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void commands_makeTheFiles_andPushWithThem() throws IOException {
    Programs.require("htpasswd", "apache2-utils");
    String page = Files.readString(Programs.repository().resolve("docs/security.md"));
    List<String> blocks = ReadmeBlocks.marked(page, MARK);
    assertEquals(2, blocks.size(), blocks::toString);
    run(blocks.get(0));
    String config = Files.readString(directory.resolve("web-config.yml"));

    SecureNode node = SecureNode.startWithFiles(processes, directory, config);
    String requests = blocks.get(1);
    assertTrue(requests.contains("https://localhost:9091"), requests);
    String output = run(requests.replace("localhost:9091", "localhost:" + node.port()));

    assertTrue(output.contains("backup_total{instance=\"\",job=\"backup\"} 1"), output);
  }

  private String run(String block) throws IOException {
    String bash = Programs.require("bash", "bash");
    return Programs.run(
            directory,
            directory,
            new byte[0],
            List.of(bash, "-e", "-u", "-o", "pipefail", "-c", block))
        .orFail();
  }
}
