package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that ask for too much of anything, on purpose or not: each is told which limit it met,
 * and none of them keeps another's push from being taken.
 */
final class GuardRailsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String HEAD = "PUT /metrics/job/slow HTTP/1.1\r\nHost: a\r\n";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void closeSockets() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void tooMuchOfAnything_isRefused_namesTheFlag_andIsCounted() throws IOException {
    ServerProcess server =
        processes.holdfast(
            store,
            "--push.max-body-size=1KiB",
            "--push.max-inflated-size=2KiB",
            "--push.max-series=3",
            "--push.max-group-series=4",
            "--push.max-groups=2",
            "--push.max-labels=2",
            "--push.max-name-length=10",
            "--push.max-label-value-length=11",
            "--web.max-header-size=2KiB");
    String target = "/metrics/job/a";
    String long2k = "m 1\n".repeat(600);
    assertLimit(server, 413, "push.max-body-size", Step.put(target, long2k));
    Step zipped =
        Step.request("PUT", target)
            .with("Content-Encoding: gzip")
            .withBody(Step.gzip(bytes(long2k)));
    assertLimit(server, 413, "push.max-inflated-size", zipped);
    assertLimit(server, 413, "push.max-series", Step.put(target, "a 1\nb 1\nc 1\nd 1\n"));
    assertLimit(server, 413, "push.max-name-length", Step.put(target, "elevenchars 1\n"));
    Step threeLabels = Step.put(target, "m{b=\"\",c=\"\"} 1\n");
    assertLimit(server, 413, "push.max-labels", threeLabels);
    Step longValue = Step.put(target, "m{l=\"twelve chars\"} 1\n");
    assertLimit(server, 413, "push.max-label-value-length", longValue);
    Step longGroup = Step.put("/metrics/job/twelve-chars", "m 1\n");
    assertLimit(server, 413, "push.max-label-value-length", longGroup);
    assertLimit(
        server,
        431,
        "web.max-header-size",
        Step.put(target, "m 1\n").with("X: " + "x".repeat(3000)));
    assertLimit(
        server, 414, "web.max-header-size", Step.put(target + "/b/" + "x".repeat(3000), "m 1\n"));

    assertEquals(200, server.send(Step.put(target, "a 1\nb 1\nc 1\n")).status());
    assertLimit(server, 413, "push.max-group-series", Step.post(target, "d 1\ne 1\n"));
    // The one refused for its long name is the second group: it has its failure time.
    assertLimit(server, 429, "push.max-groups", Step.put("/metrics/job/b", "m 1\n"));
    assertEquals(200, server.send(Step.put(target, "a 2\n")).status());
    String flags = server.scrape().values().toString();
    assertTrue(
        flags.contains("pushgateway_limit_exceeded_total{flag=\"push.max-groups\"}=1"), flags);
    assertTrue(
        flags.contains("pushgateway_limit_exceeded_total{flag=\"web.max-header-size\"}=2"), flags);
    assertTrue(flags.contains("rejected_pushes_total{reason=\"too_many_groups\"}=1"), flags);
    String log = server.output();
    assertTrue(log.contains("msg=\"push refused by a limit\" method=PUT source=127.0.0.1:"), log);
  }

  @Test
  void gzipBombs_takeNobodysRoom() throws Exception {
    ServerProcess server = small();
    byte[] bomb = gzippedZeros(64 << 20);
    List<Thread> bombers = new ArrayList<>();
    List<Integer> answers = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 8; i++) {
      Thread bomber =
          new Thread(
              () -> {
                Step push =
                    Step.request("PUT", "/metrics/job/bomb")
                        .with("Content-Encoding: gzip")
                        .withBody(bomb);
                for (int j = 0; j < 50; j++) {
                  try {
                    answers.add(server.send(push).status());
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }
              });
      bomber.start();
      bombers.add(bomber);
    }
    int pushes = 0;
    while (bombers.stream().anyMatch(Thread::isAlive)) {
      assertPushed(server);
      pushes++;
    }
    int taken = pushes;
    assertTrue(taken > 10, () -> "pushes: " + taken);
    assertEquals(400, answers.size());
    assertEquals(List.of(413), answers.stream().distinct().toList());
    assertTrue(server.isAlive());
  }

  @Test
  void slowHeaders_areAnswered408_whateverTheyDribble() throws Exception {
    ServerProcess server = small("--web.read-header-timeout=2s");
    Socket slow = connect(server);
    Socket blank = connect(server);
    Socket silent = connect(server);
    send(slow, "PUT /metrics/job/slow HTTP/1.1\r\n");
    send(blank, "\r\n");
    Awaitility.await("answered")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              // A byte now and then, which would keep a connection from being idle.
              boolean isAnswered = slow.getInputStream().available() > 0;
              if (!isAnswered) {
                send(slow, "X");
                send(blank, "\r\n");
                assertPushed(server);
              }
              return isAnswered;
            });
    String answer = readAll(slow);
    assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
    assertTrue(answer.contains("--web.read-header-timeout"), answer);
    assertTrue(readAll(blank).startsWith("HTTP/1.1 408 "));
    // Nothing at all is an idle connection, and it may still be used.
    send(silent, "GET /-/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertTrue(readAll(silent).startsWith("HTTP/1.1 200 "));
  }

  @Test
  void keptConnection_thatBeginsAnotherRequest_hasTheTimeForItsHeadersAgain() throws Exception {
    ServerProcess server = small("--web.read-header-timeout=2s");
    Socket kept = connect(server);
    for (int i = 0; i < 3; i++) {
      String request = "GET /-/ready HTTP/1.1\r\nHost: a\r\n\r\n";
      send(kept, request.substring(0, 20));
      Awaitility.await().pollDelay(Duration.ofMillis(1200)).until(() -> true);
      send(kept, request.substring(20));
      Awaitility.await().atMost(PATIENCE).until(() -> kept.getInputStream().available() > 0);
      byte[] answer = kept.getInputStream().readNBytes(kept.getInputStream().available());
      String text = new String(answer, StandardCharsets.US_ASCII);
      assertTrue(text.startsWith("HTTP/1.1 200 "), text);
    }
  }

  @Test
  void slowBody_isAnswered408_whateverItDribbles() throws Exception {
    ServerProcess server = small("--web.read-timeout=2s");
    Socket slow = connect(server);
    send(slow, HEAD + "Content-Length: 1000\r\n\r\nm");
    // To a route that reads no metrics, but looks whether this is gzip.
    Socket elsewhere = connect(server);
    send(elsewhere, "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n");
    send(elsewhere, "Content-Length: 1000\r\n\r\n");
    Awaitility.await("answered")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              boolean isAnswered = slow.getInputStream().available() > 0;
              if (!isAnswered) {
                send(slow, "m");
                send(elsewhere, "m");
                assertPushed(server);
              }
              return isAnswered;
            });
    String answer = readAll(slow);
    assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
    assertTrue(answer.contains("--web.read-timeout"), answer);
    Awaitility.await("closed")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> isClosed(elsewhere, "m"));
    assertEquals("", server.scrape().values().getOrDefault("slow", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n",
        "PUT /nowhere HTTP/1.1\r\nHost: a\r\n",
        "GET /metrics HTTP/1.1\r\nHost: a\r\n",
        "PUT /metrics/job/slow HTTP/1.1\r\nHost: a\r\n"
      })
  void slowBodies_whateverTheRoute_keepNobodyOut(String head) throws IOException {
    ServerProcess server = small("--web.max-connections=50");
    for (int i = 0; i < 50; i++) {
      Socket slow = connect(server);
      send(slow, head + "Content-Length: 16000\r\n\r\nx");
    }
    for (int i = 0; i < 15; i++) {
      assertPushed(server);
    }
  }

  @Test
  void bodiesThatFillAllRoomAndStop_giveWay() throws Exception {
    ServerProcess server = small();
    // A mebibyte each, of which nearly all comes, of two that there is room for.
    String body = "#".repeat(1_000_000);
    for (int i = 0; i < 3; i++) {
      Socket slow = connect(server);
      send(slow, HEAD + "Content-Length: 1000100\r\n\r\n");
      send(slow, body);
    }
    String large = "# " + "x".repeat(900_000) + "\nm 1\n";
    Awaitility.await("a large push is taken")
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> server.send(Step.put("/metrics/job/large", large)).status() == 200);
  }

  @Test
  void tenThousandConnections_stopNoPush() throws Exception {
    ServerProcess server = small("--web.max-connections=2000");
    RawHttp kept = new RawHttp(server.address());
    assertEquals(200, kept.send(Step.put("/metrics/job/kept", "m 1\n")).status());
    List<String> beginnings = List.of("", "PUT /metrics/jo", HEAD + "Content-Length: 9\r\n\r\n");
    int count = (int) Math.min(10_000, openFiles() - 1_000);
    for (int i = 0; i < count; i++) {
      try {
        Socket socket = connect(server);
        if (i % 3 > 0) {
          send(socket, beginnings.get(i % 3));
        }
      } catch (SocketException e) {
        // Closed in the meantime, as it should be.
      }
      if (i % 1000 == 0) {
        assertPushed(server);
        // A flood does not close the connection of a client that pushes now and then.
        assertEquals(200, kept.send(Step.put("/metrics/job/kept", "m " + i + "\n")).status());
      }
    }
    kept.close();
    assertPushed(server);
    Exposition served = server.scrape();
    double open = Double.parseDouble(served.values().get("pushgateway_connections{}"));
    assertTrue(open <= 2501, () -> "open: " + open);
    assertEquals("2000", served.values().get("pushgateway_connections_limit{}"));
    double closed =
        Double.parseDouble(
            served.values().get("pushgateway_limit_exceeded_total{flag=\"web.max-connections\"}"));
    assertTrue(closed >= count - 2600, () -> "closed: " + closed);
  }

  @Test
  void connectionsThatAreAllInUse_are503_untilOneStalls() throws Exception {
    ServerProcess server = small("--web.max-connections=32");
    String text = "m{l=\"%d\",x=\"" + "x".repeat(60_000) + "\"} 1\n";
    for (int group = 0; group < 8; group++) {
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        body.append(text.formatted(i));
      }
      assertEquals(200, server.send(Step.put("/metrics/job/" + group, body.toString())).status());
    }
    RawHttp.Response refused =
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(10))
            .until(
                () -> {
                  scrapeWithoutReading(server);
                  return answerIfAny(server);
                },
                answer -> answer != null && answer.status() != 200);
    assertEquals(503, refused.status(), refused::text);
    assertTrue(refused.text().contains("--web.max-connections"), refused::text);
    assertEquals("1", refused.header("Retry-After"));

    // No byte of theirs moves for ten seconds: they give way.
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> server.send(Step.put("/metrics/job/more", "m 1\n")).status() == 200);
  }

  /**
   * Pushes on a new connection. A connection whose request is not complete within a moment may be
   * closed for another one; a client then asks again.
   */
  private static RawHttp.@Nullable Response answerIfAny(ServerProcess server) throws IOException {
    try {
      return server.send(Step.put("/metrics/job/more", "m 1\n"));
    } catch (EOFException closed) {
      return null;
    }
  }

  @Test
  void idleConnections_areClosedAfterTheirTime() throws Exception {
    ServerProcess server = small("--web.idle-timeout=2s");
    Socket idle = connect(server);
    send(idle, "GET /-/ready HTTP/1.1\r\nHost: a\r\n\r\n");
    assertTrue(readAll(idle).startsWith("HTTP/1.1 200 "));
  }

  /** The answer is more than the system's buffers take of it. */
  private void scrapeWithoutReading(ServerProcess server) throws IOException {
    Socket scraper = new Socket();
    sockets.add(scraper);
    scraper.setReceiveBufferSize(4096);
    scraper.connect(server.address());
    send(scraper, "GET /metrics?collect[]=pushed HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  private ServerProcess small(String... flags) throws IOException {
    int port = Port.free();
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("--web.listen-address=127.0.0.1:" + port);
    all.add("--storage.path=" + store);
    List<String> command =
        HoldfastCommand.withJvmOptions(List.of("-Xmx128m"), all.toArray(String[]::new));
    return processes.launch("holdfast", port, command).awaitReady("/-/ready");
  }

  private static void assertPushed(ServerProcess server) throws IOException {
    RawHttp.Response push = server.send(Step.put("/metrics/job/ordinary", "ordinary_total 1\n"));
    assertEquals(200, push.status(), push::text);
  }

  private static void assertLimit(ServerProcess server, int status, String flag, Step step)
      throws IOException {
    RawHttp.Response answer = server.send(step);
    assertEquals(status, answer.status(), answer::text);
    assertTrue(answer.text().endsWith("; the limit is --" + flag + "\n"), answer::text);
  }

  private Socket connect(ServerProcess server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(bytes(text));
  }

  private static boolean isClosed(Socket socket, String more) {
    try {
      send(socket, more);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static String readAll(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // Reset, because the server had not read all that was sent; the answer was there before.
    }
    return all.toString(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] gzippedZeros(int length) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (int written = 0; written < length; written += zeros.length) {
        gzip.write(zeros);
      }
    }
    return bytes.toByteArray();
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : 2_000;
  }
}
