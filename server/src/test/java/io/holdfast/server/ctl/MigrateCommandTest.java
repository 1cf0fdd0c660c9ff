package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfastctl migrate}, between nodes of this process and from files. */
class MigrateCommandTest {
  @TempDir Path directory;

  @Test
  void groups_ofARunningServer_areCopiedOnce() throws Exception {
    try (RunningNode source = RunningNode.start(directory.resolve("source"));
        RunningNode target = RunningNode.start(directory.resolve("target"))) {
      Run.Setting from = Run.against(source.url());
      Run.Setting to = Run.against(target.url());
      String text =
          "# HELP m Help.\n# TYPE m histogram\nm_bucket{le=\"+Inf\"} 2\nm_sum 3\nm_count 2\n";
      from.input(text).run("push", "job=a", "path=/x");
      from.input("n 1\n").run("push", "job=b");
      from.input("n 1 1\n").run("push", "job=failed", "--no-check");

      Run dry = to.run("migrate", source.url(), "--dry-run");
      assertEquals(0, dry.exitCode(), dry::err);
      assertTrue(
          dry.out().contains("would copy {job=\"a\",path=\"/x\"}: 1 families, 1 series\n"),
          dry.out());
      assertEquals(List.of(), to.run("list", "-ojson").json());

      Run copied = to.run("migrate", source.url());
      assertEquals(
          "2 groups with 2 series copied to "
              + target.url()
              + "\n1 groups left alone: every push of it has failed\n",
          copied.out());
      assertTrue(to.run("get", "job=a", "path=/x").out().contains("# HELP m Help.\n"));
      assertTrue(
          to.run("migrate", source.url()).out().startsWith("0 groups with 0 series copied to "));
      assertTrue(
          to.run("migrate", source.url(), "--overwrite")
              .out()
              .startsWith("2 groups with 2 series"));
    }
  }

  @Test
  void fileThatIsNone_isRefused_andChangesNothing() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "no gob");
    try (RunningNode target = RunningNode.start(directory)) {
      Run run = Run.against(target.url()).run("migrate", file.toString());
      assertEquals(1, run.exitCode());
      assertTrue(
          run.err()
              .startsWith(
                  "holdfastctl: \"" + file + "\" is no sound file of a Pushgateway: at byte"),
          run.err());
      assertEquals(2, Run.against(target.url()).run("migrate").exitCode());
    }
  }
}
