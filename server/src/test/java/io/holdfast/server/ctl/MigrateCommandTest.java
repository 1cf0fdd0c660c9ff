package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
  void export_andImport_bringGroupsWithTheirTimes() throws Exception {
    Path file = directory.resolve("backup.gz");
    try (RunningNode source = RunningNode.start(directory.resolve("a"), "--web.enable-admin-api");
        RunningNode target = RunningNode.start(directory.resolve("b"), "--web.enable-admin-api")) {
      Run.Setting from = Run.against(source.url());
      Run.Setting to = Run.against(target.url());
      from.input("m 1\n").run("push", "job=a");
      from.input("m 2\n").run("push", "job=b", "--ttl=5h");

      Run exported = from.run("export", file.toString());
      assertEquals(
          "exported %s to %s, %d bytes\n".formatted(source.url(), file, Files.size(file)),
          exported.out(),
          exported::err);
      assertEquals(2, from.run("export", file.toString()).exitCode());
      assertEquals(0, from.run("export", file.toString(), "--force").exitCode());
      to.input("n 1\n").run("push", "job=c");
      assertEquals(
          new Run(0, "imported 2 groups, kept 0, deleted 0\n", ""),
          to.run("import", file.toString()));
      assertEquals(3, ((List<?>) to.run("list", "-ojson").json()).size());
      assertEquals(2, to.run("import", file.toString(), "--mode=replace").exitCode());
      Run replaced = to.run("import", file.toString(), "--mode", "replace", "-y", "-ojson");
      assertEquals(1L, ((Map<?, ?>) replaced.json()).get("deleted"), replaced::err);
      assertEquals(from.run("list", "-ojson").json(), to.run("list", "-ojson").json());

      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 9));
      Run damaged = to.run("import", file.toString());
      assertEquals(1, damaged.exitCode());
      assertTrue(damaged.err().contains("/api/v1/admin/import answers 4"), damaged.err());
      assertEquals(2, ((List<?>) to.run("list", "-ojson").json()).size());
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
