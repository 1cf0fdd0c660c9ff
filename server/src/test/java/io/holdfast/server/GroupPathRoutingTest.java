package io.holdfast.server;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.NameRule;
import io.holdfast.server.page.GroupPath;
import io.holdfast.server.page.ShellWord;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.Routes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A path leads to the group that it was made of and to no other, whatever its labels are. */
class GroupPathRoutingTest {
  private static final long SEED = Long.getLong("holdfast.test.seed", 20_261_122L);
  private static final int CASES = 3_000;
  private static final List<String> HOSTILE =
      List.of(
          "'",
          "\"",
          "`",
          "$(touch pwned)",
          ";",
          "&",
          "|",
          "\n",
          "\r",
          "\t",
          " ",
          "#",
          "?",
          "/",
          "//",
          "\\",
          "%",
          "%2F",
          "..",
          ".",
          "@base64",
          "@",
          "=",
          "+",
          "U__",
          "_2f_",
          "_",
          "__",
          "job",
          "instance",
          "<b>",
          "!",
          "*",
          "~",
          "{",
          "}",
          "\u0000",
          "\u007f",
          "\u00e9",
          "\u2028",
          "\u202e",
          "\ufffd",
          "\ud83d\ude00",
          "\udbff\udfff",
          "a",
          "Z",
          "0",
          ":");

  private static final Routes UTF8 = new Routes("", "/metrics", false, false, NameRule.UTF8);
  private static final Routes LEGACY = new Routes("", "/metrics", false, false, NameRule.LEGACY);

  @TempDir Path directory;

  private static String text(RandomGenerator random, int pieces) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(pieces); i >= 0; i--) {
      text.append(HOSTILE.get(random.nextInt(HOSTILE.size())));
    }
    return text.toString();
  }

  /** Label sets that a gateway takes: lookalikes too, but no names that begin with underscores. */
  private static SortedMap<String, String> labels(RandomGenerator random) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put("job", text(random, 4));
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = text(random, 4);
      if (!name.startsWith("__") && !name.equals("job")) {
        labels.put(name, random.nextInt(5) == 0 ? "" : text(random, 4));
      }
    }
    return labels;
  }

  @Test
  void routing_givesTheLabelsBack() {
    int escaped = 0;
    for (int i = 0; i < CASES; i++) {
      SortedMap<String, String> labels = labels(new Random(SEED + i));
      String message = labels + ", -Dholdfast.test.seed=" + (SEED + i);
      String path = GroupPath.of(labels);
      if (path.equals("/-")) {
        assertTrue(labels.keySet().stream().anyMatch(n -> n.contains("\udbff")), message);
        continue;
      }
      assertTrue(path.matches("[A-Za-z0-9_.~%/@=-]+"), message);
      for (Routes routes : List.of(UTF8, LEGACY)) {
        Route.Group page =
            assertInstanceOf(Route.Group.class, routes.find("GET", "/group" + path, null), message);
        assertEquals(labels, page.groupingLabels(), message);
        Route.GroupDeletion deletion =
            assertInstanceOf(
                Route.GroupDeletion.class, routes.find("POST", "/group" + path, null), message);
        assertEquals(labels, deletion.groupingLabels(), message);
      }
      Route.Delete delete =
          assertInstanceOf(
              Route.Delete.class,
              UTF8.find("DELETE", "/metrics" + GroupPath.pushed(labels, NameRule.UTF8), null),
              message);
      assertEquals(labels, delete.groupingLabels(), message);
      String legacy = GroupPath.pushed(labels, NameRule.LEGACY);
      if (legacy != null) {
        Route.Push push =
            assertInstanceOf(
                Route.Push.class, LEGACY.find("PUT", "/metrics" + legacy, null), message);
        assertEquals(labels, push.groupingLabels(), message);
      }
      escaped += path.contains("U__") ? 1 : 0;
    }
    assertTrue(escaped > CASES / 10, "escaped names: " + escaped);
  }

  /** A curl that notes what it was given, and a directory where everything else would show. */
  @Test
  void shellCommand_runsCurlWithThatAddress_andNothingElse() throws Exception {
    Path noted = directory.resolve("noted");
    Path curl = directory.resolve("bin").resolve("curl");
    Files.createDirectory(curl.getParent());
    Files.writeString(curl, "#!/bin/sh\nprintf '%s\\0' \"$@\" >> \"$NOTED\"\n");
    assertTrue(curl.toFile().setExecutable(true));
    List<String> expected = new ArrayList<>();
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < CASES / 10; i++) {
      Random random = new Random(SEED + i);
      String address =
          "http://h'$(touch pwned)`touch pwned`"
              + (i % 3 == 0 ? "" : "';touch pwned;'")
              + GroupPath.of(labels(random));
      script.append("curl -X DELETE ").append(ShellWord.of(address)).append('\n');
      expected.addAll(List.of("-X", "DELETE", address));
    }
    Path empty = Files.createDirectory(directory.resolve("empty"));
    ProcessBuilder shell = new ProcessBuilder("sh", "-s").directory(empty.toFile());
    shell.environment().put("PATH", curl.getParent() + ":" + System.getenv("PATH"));
    shell.environment().put("NOTED", noted.toString());
    shell.redirectErrorStream(true);
    Process process = shell.start();
    try (var in = process.getOutputStream()) {
      in.write(script.toString().getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertEquals("", output);
    assertEquals(
        expected,
        List.of(requireNonNull(Files.readString(noted)).split("\0", -1))
            .subList(0, expected.size()));
    assertEquals(0, count(empty));
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }
}
