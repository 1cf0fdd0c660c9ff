package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** How the process starts, refuses to start, and ends, as a supervisor sees it. */
final class LifecycleIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void helpAndVersion_goToStandardOutput() throws Exception {
    Ended help = run("--help");
    assertEquals(0, help.exitCode());
    assertTrue(help.out().contains("--web.listen-address"), help::toString);
    assertEquals("", help.err());

    Ended version = run("--version");
    assertEquals(0, version.exitCode());
    assertTrue(version.out().startsWith("holdfast, version "), version::toString);
    assertEquals("", version.err());
  }

  @Test
  void badCommandLine_isRefusedWithTheFlagsName() throws Exception {
    Ended unknown = run("--web.listen-adress=:1", "--storage.path=" + store());
    assertEquals(2, unknown.exitCode(), unknown::toString);
    assertTrue(unknown.err().contains("--web.listen-adress"), unknown::toString);
    assertEquals("", unknown.out());

    Ended badValue = run("--shutdown.drain=soon", "--storage.path=" + store());
    assertEquals(2, badValue.exitCode(), badValue::toString);
    assertTrue(badValue.err().contains("--shutdown.drain"), badValue::toString);
    assertTrue(badValue.err().contains("soon"), badValue::toString);
    assertEquals("", badValue.out());

    assertFalse(Files.exists(store()), "the store was made");
  }

  @Test
  void takenPort_isRefusedWithTheFlagsName() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Ended refused = run("--web.listen-address=" + address, "--storage.path=" + store());
      assertEquals(1, refused.exitCode(), refused::toString);
      String error = refused.onlyError();
      assertTrue(error.contains("--web.listen-address"), error);
      assertTrue(error.contains(address), error);
      assertTrue(error.contains("in use"), error);
    }
  }

  @Test
  void takenClusterPort_isRefusedWithTheFlagsName() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Ended refused =
          run(
              "--web.listen-address=127.0.0.1:0",
              "--storage.path=" + store(),
              "--cluster.listen-address=" + address,
              "--cluster.size=1");
      assertEquals(1, refused.exitCode(), refused::toString);
      String error = refused.onlyError();
      assertTrue(error.contains("cluster.listen-address"), error);
      assertTrue(error.contains(address), error);
    }
  }

  @Test
  void nodeThatIsAlone_loadsNothingOfHazelcast() throws Exception {
    Path loaded = directory.resolve("loaded.txt");
    int port = Port.free();
    List<String> command =
        new ArrayList<>(
            HoldfastCommand.withJvmOptions(
                List.of("-Xlog:class+load:file=" + loaded),
                "--web.listen-address=127.0.0.1:" + port,
                "--storage.path=" + store()));
    ServerProcess server = processes.launch("holdfast", port, command).awaitReady("/-/ready");
    push(server, "a");
    assertServed(server, "a");
    assertEquals(200, server.send(Step.get("/api/v1/cluster")).status());
    assertEquals(0, server.stop());

    // The JVM ignores an archive of other jars without a word.
    assertTrue(server.output().contains("\"start archive used\""), server::output);
    List<String> classes = Files.readAllLines(loaded);
    assertTrue(classes.stream().anyMatch(line -> line.contains(" io.holdfast.server.App ")));
    assertEquals(
        List.of(), classes.stream().filter(line -> line.contains("com.hazelcast")).toList());
  }

  @Test
  void damagedTable_isRefusedWithTheWaysOut_andLeftAsItIs() throws Exception {
    fillTables();
    Path table;
    try (Stream<Path> files = Files.list(store())) {
      table = files.filter(file -> file.toString().endsWith(".sst")).findFirst().orElseThrow();
    }
    byte[] damaged = Files.readAllBytes(table);
    for (int i = 0; i < damaged.length / 2; i += 50) {
      damaged[i] ^= 0x55;
    }
    Files.write(table, damaged);

    assertRefusedAsDamaged(table.getFileName().toString());
    assertArrayEquals(damaged, Files.readAllBytes(table));
    assertRefusedAsDamaged(table.getFileName().toString());
  }

  @Test
  void damagedCurrentFile_isRefusedWithTheWaysOut_andLeftAsItIs() throws Exception {
    fillTables();
    Path current = store().resolve("CURRENT");
    byte[] damaged = "nonsense".getBytes(StandardCharsets.US_ASCII);
    Files.write(current, damaged);

    assertRefusedAsDamaged("CURRENT");
    assertArrayEquals(damaged, Files.readAllBytes(current));
  }

  @Test
  void directoryInUse_isRefused_andTheOtherNodeGoesOn() throws Exception {
    ServerProcess first = processes.holdfast(store());
    push(first, "before");

    Ended second = run("--web.listen-address=127.0.0.1:0", "--storage.path=" + store());
    assertEquals(1, second.exitCode(), second::toString);
    String error = second.onlyError();
    assertTrue(error.contains("--storage.path=" + store()), error);
    assertTrue(error.contains("in use"), error);
    assertTrue(error.contains("Stop the process"), error);

    push(first, "after");
    first.kill9();
    assertServed(processes.holdfast(store()), "before", "after");
  }

  @Test
  void sigterm_whileDraining_isUnreadyAndTakesPushes() throws Exception {
    ServerProcess server = processes.holdfast(store(), "--shutdown.drain=3s");
    server.signal("TERM");
    Awaitility.await("unready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> server.send(Step.get("/-/ready")).status() == 503);
    RawHttp.Response healthy = server.send(Step.get("/-/healthy"));
    assertEquals(200, healthy.status());
    assertEquals("close", healthy.header("connection"), "the next connection is to another node");
    push(server, "drain");
    assertEquals(0, server.awaitEnd(), server::output);

    assertServed(processes.holdfast(store()), "drain");
  }

  @Test
  void sigterm_withAPushHalfSent_finishesIt() throws Exception {
    ServerProcess server = processes.holdfast(store());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String head = "PUT /metrics/job/half HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
      send(socket, head + "m_to");
      // Another request's answer: the half push has been read by then, or is next.
      assertEquals(200, server.send(Step.get("/-/ready")).status());
      server.signal("TERM");
      Awaitility.await("no new connection")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> refusesConnections(server));
      send(socket, "tal 1\n");
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200"), () -> answer + "\n" + server.output());
    }
    assertEquals(0, server.awaitEnd(), server::output);

    Exposition left = processes.holdfast(store()).scrape();
    assertEquals("1", left.values().get("m_total{instance=\"\",job=\"half\"}"));
  }

  @Test
  void sigterm_whileStarting_endsInOrder() throws Exception {
    ServerProcess server = launch(Port.free(), "--web.listen-address=127.0.0.1:0");
    Awaitility.await("begins")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> server.output().contains("starting Holdfast"));
    server.signal("TERM");
    assertEquals(0, server.awaitEnd(), server::output);

    push(processes.holdfast(store()), "after");
  }

  @Test
  void sigint_endsInOrder() throws Exception {
    int port = Port.free();
    // A shell that runs the tests in the background has made all their processes ignore it.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(
        HoldfastCommand.of("--web.listen-address=127.0.0.1:" + port, "--storage.path=" + store()));
    ServerProcess server = processes.launch("holdfast", port, command).awaitReady("/-/ready");
    push(server, "a");
    server.signal("INT");
    assertEquals(0, server.awaitEnd(), server::output);
    assertTrue(server.output().contains("stopped"), server::output);

    assertServed(processes.holdfast(store()), "a");
  }

  @Test
  void quit_endsTheProcess_onlyWhereItIsAllowed() throws Exception {
    ServerProcess closed = processes.holdfast(directory.resolve("closed"));
    assertEquals(403, closed.send(Step.put("/-/quit", "")).status());
    assertEquals(200, closed.send(Step.get("/-/ready")).status());

    ServerProcess open = processes.holdfast(store(), "--web.enable-lifecycle");
    push(open, "a");
    assertEquals(200, open.send(Step.put("/-/quit", "")).status());
    assertEquals(0, open.awaitEnd(), open::output);
    assertServed(processes.holdfast(store()), "a");
  }

  @Test
  void jsonLog_isJsonOnEveryLine() throws Exception {
    ServerProcess server =
        processes.holdfast(
            store(), "--log.format=json", "--log.level=debug", "--shutdown.drain=0s");
    String hostile = "m{l=\"\u2028\\n\u0007\\\"{}\"} 1\nm{l=\"\\q\"} 1\n";
    assertEquals(400, server.send(Step.put("/metrics/job/%0A%22a%7F", hostile)).status());
    assertEquals(0, server.stop());

    assertTrue(server.output().contains("\"level\":\"debug\""), server::output);
    assertTrue(server.output().contains("failed to parse text"), server::output);
    String parse = "import json,sys\nprint(sum(1 for l in sys.stdin if json.loads(l)['msg']))";
    String parsed =
        Programs.run(
                directory,
                server.output().getBytes(StandardCharsets.UTF_8),
                List.of(Programs.require("python3", "python3"), "-c", parse))
            .orFail();
    assertEquals(server.output().lines().count(), Long.parseLong(parsed.strip()));
  }

  @Test
  void externalUrl_prefixesEveryRoute() throws Exception {
    int port = Port.free();
    ServerProcess server =
        launch(
                port,
                "--web.listen-address=127.0.0.1:" + port,
                "--web.external-url=https://example.org/push/",
                "--web.enable-lifecycle")
            .awaitReady("/push/-/ready");
    assertEquals(200, server.send(Step.put("/push/metrics/job/a", "m 1\n")).status());
    String text = server.send(Step.get("/push/metrics")).text();
    assertTrue(text.contains("\nm{instance=\"\",job=\"a\"} 1\n"), text);
    assertEquals(404, server.send(Step.get("/metrics")).status());
    assertEquals(202, server.send(Step.delete("/push/metrics/job/a")).status());
  }

  @Test
  void routePrefix_overridesTheExternalUrls() throws Exception {
    int port = Port.free();
    ServerProcess server =
        launch(
                port,
                "--web.listen-address=127.0.0.1:" + port,
                "--web.external-url=https://example.org/push/",
                "--web.route-prefix=/inner")
            .awaitReady("/inner/-/ready");
    assertEquals(200, server.send(Step.put("/inner/metrics/job/a", "m 1\n")).status());
    assertEquals(404, server.send(Step.get("/push/metrics")).status());
  }

  @Test
  void listenAddresses_areServedAlike_inBothFamilies() throws Exception {
    int four = Port.free();
    int six = Port.free();
    ServerProcess server =
        launch(
                four,
                "--web.listen-address=127.0.0.1:" + four,
                "--web.listen-address",
                "[::1]:" + six)
            .awaitReady("/-/ready");
    HttpRequest push =
        HttpRequest.newBuilder(URI.create("http://[::1]:" + six + "/metrics/job/six"))
            .PUT(HttpRequest.BodyPublishers.ofString("pushed_total 1\n"))
            .build();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    assertEquals(200, client.send(push, HttpResponse.BodyHandlers.discarding()).statusCode());
    assertServed(server, "six");
  }

  private Path store() {
    return directory.resolve("store");
  }

  private static void push(ServerProcess server, String job) throws IOException {
    RawHttp.Response response = server.send(Step.put("/metrics/job/" + job, "pushed_total 1\n"));
    assertEquals(200, response.status(), response::text);
  }

  private static void assertServed(ServerProcess server, String... jobs) throws IOException {
    Exposition exposition = server.scrape();
    for (String job : jobs) {
      String series = "pushed_total{instance=\"\",job=\"" + job + "\"}";
      assertEquals("1", exposition.values().get(series), exposition::toString);
    }
  }

  /** The second start writes what it finds in the log into a table. */
  private void fillTables() throws IOException {
    ServerProcess first = processes.holdfast(store());
    for (int i = 0; i < 100; i++) {
      push(first, "table-" + i);
    }
    assertEquals(0, first.stop());
    assertEquals(0, processes.holdfast(store()).stop());
  }

  private void assertRefusedAsDamaged(String file) throws Exception {
    Ended refused = run("--web.listen-address=127.0.0.1:0", "--storage.path=" + store());
    assertEquals(1, refused.exitCode(), refused::toString);
    String error = refused.onlyError();
    assertTrue(error.contains("--storage.path=" + store()), error);
    assertTrue(error.contains("damaged"), error);
    assertTrue(error.contains(file), error);
    assertTrue(error.contains("Ways out"), error);
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static boolean refusesConnections(ServerProcess server) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      return socket.isClosed();
    } catch (ConnectException e) {
      return true;
    }
  }

  private ServerProcess launch(int port, String... flags) throws IOException {
    List<String> command = new ArrayList<>(HoldfastCommand.of(flags));
    command.add("--storage.path=" + store());
    return processes.launch("holdfast", port, command);
  }

  /** Runs the process to its end, which must come by itself. */
  /** Without scripts/holdfast, which sets another locale. */
  @Test
  void pathThatTheLocaleCannotName_isRefusedWithTheNameAsItIs() throws Exception {
    List<String> command = new ArrayList<>();
    command.add("sh");
    command.add("-c");
    command.add(
        "LC_ALL=C exec \"$@\" \"--storage.path=/nowhere/$(printf 'd\\303\\251p\\303\\264t')\"");
    command.add("sh");
    command.addAll(HoldfastCommand.of());

    Ended refused = run(command);

    assertEquals(2, refused.exitCode(), refused::toString);
    assertEquals(
        "holdfast: --storage.path: \"/nowhere/d\u00e9p\u00f4t\" (expected: a directory that the"
            + " locale can name; LC_ALL=C.UTF-8 can name all)\n",
        refused.err());
  }

  private Ended run(String... flags) throws IOException, InterruptedException {
    return run(HoldfastCommand.of(flags));
  }

  private Ended run(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertTrue(
          process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS),
          "does not end: " + String.join(" ", command));
      return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }

  private record Ended(int exitCode, String out, String err) {
    /** Fails unless the log has exactly one line of level error, which it returns. */
    String onlyError() {
      List<String> errors = err.lines().filter(line -> line.contains("level=error")).toList();
      assertEquals(1, errors.size(), err);
      return errors.get(0);
    }
  }
}
