package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/holdfastctl} as a process, against Holdfast and the real Pushgateway. */
final class HoldfastctlIT {
  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private Programs.Result run(String input, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Programs.repository().resolve("bin/holdfastctl").toString());
    command.addAll(List.of(arguments));
    return Programs.run(directory, input.getBytes(StandardCharsets.UTF_8), command);
  }

  @Test
  void groups_arePushedListedPrintedAndDeleted_atBothServers() throws Exception {
    ServerProcess holdfast = processes.holdfastOn(Port.free(), directory.resolve("store"));
    for (ServerProcess server : List.of(holdfast, processes.pushgateway())) {
      String url = server.uri("").toString();
      String[] group = {"--url", url, "job=a", "path=/var/tmp", "empty=", "name=dépôt"};

      run("# TYPE m counter\nm{x=\"1\"} 2\n", with("push", group)).orFail();

      String list = run("", "list", "--url", url).orFail();
      assertTrue(list.contains(" ok "), list);
      assertTrue(list.endsWith("{empty=\"\",job=\"a\",name=\"dépôt\",path=\"/var/tmp\"}\n"), list);
      String text = run("", with("get", group)).orFail();
      assertTrue(text.contains("\n# TYPE m counter\nm{empty=\"\","), text);
      assertEquals(3, run("m x\n", with("push", group)).exitCode());
      run("", with("delete", group)).orFail();
      assertEquals(4, run("", with("delete", group)).exitCode());
    }
  }

  private static String[] with(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  @Test
  void closedPipe_andRefusedConnection_endWithoutAStackTrace() throws Exception {
    String program = Programs.repository().resolve("bin/holdfastctl").toString();
    String script = "set -o pipefail; \"$0\" --help | true";
    Programs.Result closed =
        Programs.run(directory, new byte[0], List.of("bash", "-c", script, program));
    assertEquals(141, closed.exitCode(), closed::output);
    assertEquals("", closed.output());

    Programs.Result refused = run("", "list", "--url", "http://127.0.0.1:1");
    assertEquals(1, refused.exitCode());
    assertEquals(
        "holdfastctl: http://127.0.0.1:1 cannot be reached: the connection was refused (expected: a"
            + " running server, see --url)\n",
        refused.output());
  }
}
