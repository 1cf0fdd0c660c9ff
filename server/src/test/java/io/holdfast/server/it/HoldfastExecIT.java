package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code bin/holdfast-exec} in each shell: the command's output and exit code stay as they are, and
 * a Holdfast node and the real Pushgateway get the outcome.
 */
final class HoldfastExecIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PREFIX = "holdfast_exec_";
  private static final String START = "start_timestamp_seconds";
  private static final String END = "end_timestamp_seconds";
  private static final String RIVAL =
      "# TYPE holdfast_exec_exit_code counter\nholdfast_exec_exit_code 1\n";
  private static final String LAST_SUCCESS = "last_success_timestamp_seconds";

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess holdfast;
  private static ServerProcess pushgateway;

  @BeforeAll
  static void start() throws IOException {
    holdfast = PROCESSES.holdfast(directory.resolve("store"));
    pushgateway = PROCESSES.pushgateway();
  }

  /** The shells: Debian's, everybody's, and the one of Alpine's containers. */
  static Stream<String> shells() {
    return Stream.of("dash", "bash", "busybox sh");
  }

  private static List<String> interpreter(String shell) {
    List<String> words = new ArrayList<>(List.of(shell.split(" ")));
    words.set(0, Programs.require(words.get(0), words.get(0)));
    return words;
  }

  private static ExecRun start(String shell, ServerProcess server, String... arguments)
      throws IOException {
    return start(shell, server.uri("").toString(), "", arguments);
  }

  private static ExecRun start(String shell, String url, String input, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("--url", url));
    all.addAll(List.of(arguments));
    return ExecRun.start(directory, interpreter(shell), input, all);
  }

  /** Values of the group with this job, by family without prefix. */
  private static Map<String, Double> pushed(ServerProcess server, String job) throws IOException {
    Map<String, Double> values = new TreeMap<>();
    Exposition scrape = server.scrape();
    for (String family : scrape.families()) {
      if (family.startsWith(PREFIX)) {
        scrape.samples(family).stream()
            .filter(sample -> sample.label("job").equals(job))
            .forEach(
                sample ->
                    values.put(family.substring(PREFIX.length()), Double.valueOf(sample.value())));
      }
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("shells")
  void outcome_isPushed_andTheLastSuccessSurvivesAFailure(String shell) throws IOException {
    for (ServerProcess server : List.of(holdfast, pushgateway)) {
      double before = System.currentTimeMillis() / 1000.0;
      assertEquals(0, start(shell, server, "--job", shell, "--ttl=2d", "true").exitCode());
      double after = System.currentTimeMillis() / 1000.0;
      Map<String, Double> first = pushed(server, shell);
      // A date without fractions rounds down.
      assertTrue(first.get(START) >= Math.floor(before), first::toString);
      assertTrue(first.get(END) >= first.get(START) && first.get(END) <= after, first::toString);
      assertEquals(first.get(END), first.get(LAST_SUCCESS));
      assertEquals(0, first.get("exit_code"));
      assertTrue(first.get("duration_seconds") <= after - before + 0.02, first::toString);

      assertEquals(3, start(shell, server, "--job", shell, "--", "sh", "-c", "exit 3").exitCode());
      Map<String, Double> second = pushed(server, shell);
      assertEquals(3, second.get("exit_code"));
      assertEquals(first.get(LAST_SUCCESS), second.get(LAST_SUCCESS));
      assertTrue(second.get(START) >= first.get(END) - 1, second::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void start_isPushed_whileTheCommandRuns(String shell) throws IOException {
    String job = "running in " + shell;
    try (ExecRun run = start(shell, holdfast, "--job", job, "sh", "-c", "echo ready; sleep 30")) {
      run.await("ready");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> pushed(holdfast, job).keySet().equals(Set.of(START)));

      assertTrue(run.isAlive());
      assertEquals(128 + 15, run.signal(directory, "TERM").exitCode());
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void command_hasTheCallersStreamsArgumentsAndEnvironment(String shell) throws IOException {
    String script =
        "cat; printf '<%s>' \"$@\"; echo problem >&2; env | grep -c '^hx_'; ls /proc/self/fd; exit 9";
    List<String> command =
        List.of("sh", "-c", script, "sh", "a b", "", "*", "-l", "--", "$x\n`y`'\"\\");
    String input = "line\nno end";
    ExecRun plain = ExecRun.launch(directory, input, command);
    assertEquals(9, plain.exitCode());

    List<String> arguments = new ArrayList<>(List.of("--job", "streams", "--"));
    arguments.addAll(command);
    String url = pushgateway.uri("").toString();
    ExecRun wrapped = start(shell, url, input, arguments.toArray(String[]::new));

    assertEquals(9, wrapped.exitCode());
    assertEquals(plain.stdout(), wrapped.stdout());
    assertEquals("problem\n", wrapped.stderr());
  }

  /** A shell's {@code $?} has 128 + N for both, so that only another parent sees the signal. */
  @ParameterizedTest
  @MethodSource("shells")
  void commandEndedByASignal_endsHoldfastExecByThatSignal(String shell) throws IOException {
    String parent =
        "import subprocess, sys; print(subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL))";
    for (Map.Entry<String, Integer> signal : Map.of("TERM", 15, "INT", 2, "KILL", 9).entrySet()) {
      List<String> command = new ArrayList<>(List.of("python3", "-c", parent));
      command.addAll(interpreter(shell));
      command.add(Programs.repository().resolve("bin/holdfast-exec").toString());
      command.addAll(List.of("--url", pushgateway.uri("").toString(), "--job", "killed"));
      command.addAll(List.of("sh", "-c", "kill -s " + signal.getKey() + " $$"));

      ExecRun run = ExecRun.launch(directory, "", command);

      assertEquals(0, run.exitCode());
      assertEquals("-" + signal.getValue() + "\n", run.stdout());
      assertEquals("", run.stderr());
      assertEquals(128 + signal.getValue(), pushed(pushgateway, "killed").get("exit_code"));
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signal_reachesTheCommand_andTheOutcomeIsPushed(String shell) throws IOException {
    for (String signal : List.of("TERM", "INT", "HUP", "USR1")) {
      String script =
          "trap 'echo got "
              + signal
              + "; exit 7' "
              + signal
              + "; echo ready; while :; do sleep 0.05; done";
      try (ExecRun run = start(shell, holdfast, "--job", "handler", "sh", "-c", script)) {
        run.await("ready").signal(directory, signal);

        assertEquals(7, run.exitCode());
        assertEquals("ready\ngot " + signal + "\n", run.stdout());
        assertEquals("", run.stderr());
        assertEquals(7, pushed(holdfast, "handler").get("exit_code"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signalAtAnyInstant_isNotLost(String shell) throws IOException {
    for (String signal : List.of("INT", "TERM")) {
      for (int millis = 0; millis < 150; millis += 50) {
        try (ExecRun run = start(shell, pushgateway, "--job", "early", "sleep", "60")) {
          long started = System.nanoTime();
          Duration pause = Duration.ofMillis(millis);
          Awaitility.await()
              .pollDelay(Duration.ZERO)
              .pollInterval(Duration.ofMillis(1))
              .until(() -> System.nanoTime() - started >= pause.toNanos());

          int exitCode = run.signal(directory, signal).exitCode();

          assertEquals(signal.equals("INT") ? 130 : 143, exitCode, () -> signal + " at " + pause);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void controlC_atATerminal_reachesTheCommandOnce(String shell) throws IOException {
    String terminal =
        """
        import os, pty, sys
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(sys.argv[1], sys.argv[1:])
        out = b''
        while b'ready' not in out:
            out += os.read(fd, 1000)
        os.write(fd, b'\\x03')
        while b'got it' not in out:
            out += os.read(fd, 1000)
        os.write(fd, b'typed\\n')
        try:
            while True:
                out += os.read(fd, 1000)
        except OSError:
            pass
        sys.stdout.buffer.write(out)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;
    String script =
        "trap 'n=$((n + 1)); echo got it' INT; n=0; echo ready; read x || read x;"
            + " echo \"$n times, read $x\"; exit 5";
    List<String> command = new ArrayList<>(List.of("python3", "-c", terminal));
    command.addAll(interpreter(shell));
    command.add(Programs.repository().resolve("bin/holdfast-exec").toString());
    command.addAll(List.of("--url", pushgateway.uri("").toString(), "--job", "terminal"));
    command.addAll(List.of("bash", "-c", script));

    ExecRun run = ExecRun.launch(directory, "", command);

    assertEquals(5, run.exitCode(), run::toString);
    assertTrue(run.stdout().contains("1 times, read typed"), run.stdout());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void server_thatComesUpLate_getsTheOutcome(String shell) throws IOException {
    int port = Port.free();
    try (ExecRun run =
        start(shell, "http://127.0.0.1:" + port, "", "--job", "late", "sh", "-c", "exit 4")) {
      ServerProcess late =
          PROCESSES
              .launch(
                  "pushgateway",
                  port,
                  List.of(Programs.pushgateway(), "--web.listen-address=127.0.0.1:" + port))
              .awaitReady("/-/ready");

      assertEquals(4, run.exitCode());
      assertEquals("", run.stderr());
      assertEquals(4, pushed(late, "late").get("exit_code"));
      late.kill9();
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void failedPush_isReportedWithItsReason_andChangesNoExitCode(String shell) throws IOException {
    String nowhere = "http://127.0.0.1:" + Port.free();
    ExecRun unreachable =
        start(shell, nowhere, "", "--job", "a", "--push-timeout=1", "sh", "-c", "echo x; exit 6");
    assertEquals(6, unreachable.exitCode());
    assertEquals("x\n", unreachable.stdout());
    assertTrue(
        unreachable
            .stderr()
            .matches(
                "holdfast-exec: push of job a to "
                    + nowhere
                    + " failed \\(attempts: \\d, seconds: \\d\\): curl: \\(7\\) .*\n"),
        unreachable.stderr());

    Path missing = directory.resolve("missing");
    ExecRun unreadable =
        start(
            shell, nowhere, "", "--job", "a", "--user", "u", "--password-file=" + missing, "false");
    assertEquals(1, unreadable.exitCode());
    assertTrue(
        unreadable.stderr().contains("nothing was pushed to " + nowhere + ": the file " + missing),
        unreadable.stderr());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void refusedPush_isReportedWithTheServersReason(String shell) throws IOException {
    ServerProcess server = PROCESSES.pushgateway();
    server.send(Step.put("/metrics/job/rival", RIVAL));

    ExecRun run = start(shell, server, "--job", "b", "sh", "-c", "exit 8");

    assertEquals(8, run.exitCode());
    String report =
        "holdfast-exec: push of job b to .*attempts: 1, .*: 400: .*holdfast_exec_exit_code.*\n";
    assertTrue(run.stderr().matches(report), run.stderr());
    server.kill9();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void labels_mayHaveAnyValue(String shell) throws IOException {
    for (ServerProcess server : List.of(holdfast, pushgateway)) {
      List<String> values =
          List.of("", "/", "a/b", "..", ".", "a b", "größe ✓", "x\ny", "%2F", "\"\\", "?#&=+", "~");
      List<String> arguments = new ArrayList<>(List.of("--job", "odd/" + shell));
      for (int i = 0; i < values.size(); i++) {
        arguments.add("-ll" + i + "=" + values.get(i));
      }
      arguments.add("true");

      ExecRun run = start(shell, server, arguments.toArray(String[]::new));

      assertEquals(0, run.exitCode());
      assertEquals("", run.stderr());
      Exposition.Sample sample =
          server.scrape().samples(PREFIX + END).stream()
              .filter(found -> found.label("job").equals("odd/" + shell))
              .findFirst()
              .orElseThrow();
      for (int i = 0; i < values.size(); i++) {
        assertEquals(values.get(i), sample.label("l" + i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  @SuppressWarnings("try") // The server goes away in the middle of the request.
  void password_isInTheHeader_andInNoCommandLine(String shell) throws IOException {
    String password = "se\"cr\\et-" + shell.charAt(0);
    Path file = Files.writeString(directory.resolve("password-" + shell.charAt(0)), password);
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
        ExecRun run =
            start(
                shell,
                "http://127.0.0.1:" + silent.getLocalPort(),
                "",
                "--job=secret",
                "--ttl=1h30m",
                "--user=backup",
                "--password-file=" + file,
                "--",
                "sleep",
                "60");
        Socket connection = silent.accept()) {
      byte[] bytes = new byte[4096];
      String head =
          new String(bytes, 0, connection.getInputStream().read(bytes), StandardCharsets.UTF_8);
      assertTrue(head.contains("Authorization: Basic "), head);
      String credentials =
          Base64.getEncoder()
              .encodeToString(("backup:" + password).getBytes(StandardCharsets.UTF_8));
      assertTrue(head.contains(credentials), head);
      assertTrue(head.contains("Holdfast-TTL: 1h30m\r\n"), head);

      List<String> lines = new ArrayList<>();
      try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
        all.forEach(process -> process.info().commandLine().ifPresent(lines::add));
      }
      assertTrue(lines.stream().anyMatch(line -> line.contains("curl -q")), lines::toString);
      assertTrue(
          lines.stream().noneMatch(line -> line.contains(password) || line.contains(credentials)));
      connection.setSoLinger(true, 0);
      silent.close();
      connection.close();
      run.signal(directory, "KILL");
    }
  }

  @Test
  void secureNode_takesAPasswordAndAnAuthority_andOthersAreReported() throws IOException {
    Path secure = Files.createDirectories(directory.resolve("secure"));
    String users =
        "basic_auth_users:\n  backup: "
            + BCrypt.withDefaults().hashToString(4, "secret".toCharArray())
            + "\n";
    SecureNode node = SecureNode.start(PROCESSES, secure, SecureNode.TLS + users);
    String url = "https://127.0.0.1:" + node.port();
    Path right = Files.writeString(secure.resolve("right"), "secret\n");
    Path wrong = Files.writeString(secure.resolve("wrong"), "other\n");
    String authority = "--ca-file=" + secure.resolve("ca.crt");
    String[] user = {"--job=secure", "--user=backup"};

    String rival = "/metrics/job/rival";
    assertEquals(200, node.curl("-u", "backup:secret", "--data-binary", RIVAL, rival).status());
    ExecRun inconsistent =
        start("dash", url, "", user[0], user[1], authority, "--password-file=" + right, "true");
    assertEquals(0, inconsistent.exitCode());
    assertTrue(
        inconsistent.stderr().matches(".*attempts: 1, .*: 400: .*exit_code.*\n"),
        inconsistent.stderr());
    assertEquals(202, node.curl("-u", "backup:secret", "-X", "DELETE", rival).status());

    ExecRun trusted =
        start("dash", url, "", user[0], user[1], authority, "--password-file=" + right, "true");
    assertEquals(0, trusted.exitCode());
    assertEquals("", trusted.stderr());
    ExecRun refused =
        start("dash", url, "", user[0], user[1], authority, "--password-file=" + wrong, "true");
    assertEquals(0, refused.exitCode());
    assertTrue(refused.stderr().contains("attempts: 1"), refused.stderr());
    assertTrue(refused.stderr().contains("401: Unauthorized (expected: --user"), refused.stderr());
    ExecRun stranger = start("dash", url, "", user[0], user[1], "--password-file=" + right, "true");
    assertEquals(0, stranger.exitCode());
    assertTrue(stranger.stderr().contains("attempts: 1"), stranger.stderr());
    assertTrue(stranger.stderr().contains("curl: (60) "), stranger.stderr());
    String scrape = node.curl("-u", "backup:secret", "/metrics").body();
    assertTrue(scrape.contains("holdfast_exec_exit_code{instance=\"\",job=\"secure\"} 0"), scrape);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void commandThatCannotRun_hasTheShellsExitCode_whichIsPushed(String shell) throws IOException {
    ExecRun missing = start(shell, holdfast, "--job", "missing", "--", "no-such-command", "x");
    assertEquals(127, missing.exitCode());
    assertTrue(missing.stderr().contains("no-such-command: not found"), missing.stderr());
    assertEquals(127, pushed(holdfast, "missing").get("exit_code"));

    String file = Files.writeString(directory.resolve("not-executable"), "x").toString();
    ExecRun denied = start(shell, holdfast, "--job", "denied", file);
    assertEquals(126, denied.exitCode());
    assertTrue(denied.stderr().contains("Permission denied"), denied.stderr());
    assertEquals(126, pushed(holdfast, "denied").get("exit_code"));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void mistakeInTheOptions_isNamed_andTheCommandDoesNotRun(String shell) throws IOException {
    Map<String, String> mistakes =
        Map.of(
            "", "--job is missing",
            "--job=a", "the command is missing",
            "--job=a --ttl=2x", "--ttl 2x (expected: a duration such as 90m, 2d or 1h30m)",
            "--job=a -l a-b=1", "--label a-b=1 (expected: a name of letters",
            "--job=a -l a=1 -l a=2", "--label a=2 (expected: each label once)",
            "--job=a --url=holdfast:9091", "--url holdfast:9091 (expected: http://HOST:PORT",
            "--job=a --url=http://u:secret@h", "the URL has a user (expected: --user",
            "--job=a --push-timeout=1h", "--push-timeout 1h (expected: whole seconds",
            "--job=a --user=u", "--user u (expected: --password-file beside it)",
            "--job=a --retry=3", "--retry is no option of holdfast-exec");
    Path trace = directory.resolve("trace");
    for (Map.Entry<String, String> mistake : mistakes.entrySet()) {
      List<String> arguments = new ArrayList<>();
      Stream.of(mistake.getKey().split(" "))
          .filter(word -> !word.isEmpty())
          .forEach(arguments::add);
      if (!mistake.getKey().equals("--job=a")) {
        arguments.addAll(List.of("--", "touch", trace.toString()));
      }

      ExecRun run = ExecRun.start(directory, interpreter(shell), "", arguments);

      assertEquals(2, run.exitCode(), mistake::toString);
      assertTrue(run.stderr().startsWith("holdfast-exec: " + mistake.getValue()), run.stderr());
      assertFalse(run.stderr().contains("secret"), run.stderr());
      assertFalse(Files.exists(trace));
    }
    ExecRun help = ExecRun.start(directory, interpreter(shell), "", List.of("--help"));
    assertEquals(0, help.exitCode());
    assertTrue(help.stdout().startsWith("Usage: holdfast-exec --job NAME"), help.stdout());
  }
}
