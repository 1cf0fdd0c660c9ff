package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger does first: {@code ./scripts/holdfast} in a tree that has never been built. */
final class FreshCloneIT {
  private static final long BUILD_MINUTES = 10;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void firstStart_builds_secondDoesNot_andTheNodeServes() throws Exception {
    Path clone = copyOfTheTree();

    String first = holdfast(clone, "--version");
    assertTrue(first.contains("Building Holdfast"), first);
    assertTrue(first.contains("holdfast, version "), first);

    String second = holdfast(clone, "--version");
    assertFalse(second.contains("Building"), second);

    int port = Port.free();
    ServerProcess node =
        processes
            .launch(
                "fresh-clone",
                port,
                // A name that is not ASCII, in the locale that containers have. Not said in Java,
                // whose own locale may know no better.
                List.of(
                    "sh",
                    "-c",
                    "LC_ALL=C exec \"$1\" --web.listen-address=127.0.0.1:"
                        + port
                        + " \"--storage.path=$2/$(printf 'd\\303\\251p\\303\\264t')\"",
                    "sh",
                    clone.resolve("scripts/holdfast").toString(),
                    directory.toString()))
            .awaitReady("/-/ready");
    assertEquals(200, node.send(Step.put("/metrics/job/a", "m 1\n")).status());
    assertTrue(node.send(Step.get("/metrics")).text().contains("m{instance=\"\",job=\"a\"} 1\n"));
    assertEquals(0, node.stop());
    assertTrue(node.output().contains("\"start archive used\""), node::output);
  }

  /** What git would give: no build, no store. */
  private Path copyOfTheTree() throws IOException {
    Path repository = Programs.repository();
    String files =
        Programs.run(
                directory,
                repository,
                new byte[0],
                List.of(
                    Programs.require("git", "git"),
                    "ls-files",
                    "--cached",
                    "--others",
                    "--exclude-standard"))
            .orFail();
    Path clone = directory.resolve("clone");
    for (String file : files.lines().toList()) {
      Path from = repository.resolve(file);
      if (Files.isRegularFile(from)) {
        Path to = clone.resolve(file);
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
        assertTrue(to.toFile().setExecutable(Files.isExecutable(from)), file);
      }
    }
    return clone;
  }

  private String holdfast(Path clone, String flag) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    Process process =
        new ProcessBuilder(clone.resolve("scripts/holdfast").toString(), flag)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES), "the build does not end");
      String text = Files.readString(output, StandardCharsets.UTF_8);
      assertEquals(0, process.exitValue(), text);
      return text;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
