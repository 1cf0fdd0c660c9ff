package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on the directory of a store. */
class StoreCommandsTest {
  private static final Run.Setting CTL = Run.offline();

  @TempDir Path directory;

  /** Leaves a store with two groups, of which one begins with the labels of the other. */
  private Path filled() throws Exception {
    try (RunningNode node = RunningNode.start(directory)) {
      Run.Setting to = Run.against(node.url());
      to.input("z 1\n").run("push", "job=a");
      to.input("m{x=\"1\"} 1\nm{x=\"2\"} 2\n").run("push", "job=a", "zone=b", "--ttl=1h");
      to.input("m 1 1\n").run("push", "job=f", "--no-check");
      to.input("m 1\n").run("push", "job=deleted");
      to.run("delete", "job=deleted");
    }
    return directory.resolve("store");
  }

  private static Map<String, String> files(Path store) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(store)) {
      for (Path file : all.toList()) {
        files.put(
            file.getFileName().toString(),
            Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  @Test
  void check_andDump_readEverything_andChangeNothing() throws Exception {
    Path store = filled();
    Map<String, String> before = files(store);

    Run check = CTL.run("store", "check", store.toString());
    assertEquals(0, check.exitCode(), check::err);
    assertTrue(check.out().startsWith("the store is sound\n  groups            3\n"), check.out());
    Map<?, ?> facts = (Map<?, ?>) CTL.run("store", "check", store.toString(), "-ojson").json();
    assertEquals(3L, facts.get("groups"));
    assertEquals(2L, facts.get("families"));
    assertEquals(3L, facts.get("series"));

    Run text = CTL.run("store", "dump", store.toString());
    assertEquals(0, text.exitCode(), text::err);
    assertTrue(
        text.out()
            .contains(
                "# TYPE z untyped\nz{instance=\"\",job=\"a\"} 1\n# group {job=\"a\",zone=\"b\"}\n"),
        text.out());
    assertTrue(
        text.out().contains("\nm{instance=\"\",job=\"a\",x=\"2\",zone=\"b\"} 2\n"), text.out());
    assertTrue(
        text.out().contains("# reason: pushed metrics must not have timestamps"), text.out());
    assertEquals(0, CTL.input(text.out()).run("check").exitCode());

    List<?> groups = (List<?>) CTL.run("store", "dump", store.toString(), "-ojson").json();
    assertEquals(3, groups.size());
    Map<?, ?> second = (Map<?, ?>) groups.get(1);
    assertEquals(Map.of("job", "a", "zone", "b"), second.get("labels"));
    assertTrue(second.containsKey("expires_at") && second.containsKey("last_push"));
    assertEquals(false, ((Map<?, ?>) groups.get(2)).get("last_push_successful"));
    assertEquals(before, files(store));
  }

  @Test
  void storeThatANodeUses_isLeftAlone() throws Exception {
    try (RunningNode node = RunningNode.start(directory)) {
      for (String command : List.of("check", "dump")) {
        Run run = CTL.run("store", command, directory.resolve("store").toString());
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains(" is in use already (holdfast.lock is held)"), run.err());
      }
      assertEquals(0, Run.against(node.url()).input("m 1\n").run("push", "job=a").exitCode());
    }
  }

  @Test
  void directoryWithoutAStore_isToldApart() throws Exception {
    assertEquals(
        new Run(
            1,
            "",
            "holdfastctl: "
                + directory
                + " holds no store (expected: a --storage.path of a node)\n"),
        CTL.run("store", "check", directory.toString()));
    assertTrue(
        CTL.run("store", "dump", "/nowhere")
            .err()
            .contains("/nowhere is no directory (expected: "));
    assertEquals(2, CTL.run("store", "check").exitCode());
    assertEquals(2, CTL.run("store").exitCode());
    assertEquals(Map.of(), files(directory));
  }

  @Test
  void damagedStore_isAProblem_thatNamesTheFile() throws Exception {
    Path store = filled();
    Path log;
    try (Stream<Path> files = Files.list(store)) {
      log =
          files
              .filter(file -> file.toString().endsWith(".log"))
              .filter(file -> file.toFile().length() > 100)
              .findFirst()
              .orElseThrow();
    }
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      assertEquals(4, channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 20));
    }

    Run run = CTL.run("store", "check", store.toString());

    assertEquals(3, run.exitCode());
    assertTrue(
        run.err().contains(" is damaged: " + log + " has a bad record at byte 0"), run.err());
  }
}
