package io.holdfast.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.server.config.Flags;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.server.metrics.ClusterMetricsTest;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.SelfMetricFamily;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node in this process, over HTTP. */
class AppTest {
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path directory;
  private App app;

  @BeforeEach
  void start() throws Exception {
    app = started("--web.enable-admin-api");
  }

  @AfterEach
  void stop() {
    app.close();
  }

  private App started(String... more) throws Exception {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--web.listen-address=127.0.0.1:0";
    arguments[1] = "--storage.path=" + directory.resolve("store");
    System.arraycopy(more, 0, arguments, 2, more.length);
    Flags.Result.Run run = (Flags.Result.Run) Flags.parse(arguments);
    App started = new App(run.options());
    started.start();
    return started;
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + path))
            .method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private String scrape(String query) throws IOException, InterruptedException {
    return send("GET", "/metrics" + query, "").body();
  }

  @Test
  void push_isInTheNextScrape_sanitised() throws Exception {
    assertEquals(200, send("POST", "/metrics/job/a/zone/b", "m{job=\"x\"} 3\n").statusCode());

    assertTrue(scrape("").contains("m{instance=\"\",job=\"a\",zone=\"b\"} 3\n"));
  }

  @Test
  void put_replacesTheGroup_post_onlyFamiliesOfTheSameName() throws Exception {
    send("PUT", "/metrics/job/a", "one 1\ntwo 2\n");
    send("POST", "/metrics/job/a", "two 3\n");
    assertTrue(scrape("").contains("one{"));

    send("PUT", "/metrics/job/a", "two 4\n");

    assertFalse(scrape("").contains("one{"));
    assertTrue(scrape("").contains("two{instance=\"\",job=\"a\"} 4\n"));
  }

  @Test
  void uncheckedPush_is202_whateverItConflictsWith_andEveryScrapeIs200() throws Exception {
    app.close();
    app = started("--push.disable-consistency-check");
    assertEquals(202, send("PUT", "/metrics/job/a", "# TYPE m gauge\nm 1\n").statusCode());

    for (String body :
        List.of(
            "# TYPE m counter\nm 2\n",
            "m 1\nm 1\n",
            "m 1 1234\n",
            "# TYPE pushgateway_groups counter\npushgateway_groups 1\n",
            "pushgateway_http_push_size_bytes_count 1\n")) {
      assertEquals(202, send("PUT", "/metrics/job/b", body).statusCode(), body);
      HttpResponse<String> scraped = send("GET", "/metrics", "");
      assertEquals(200, scraped.statusCode());
      assertFalse(scraped.body().contains("\nm{instance=\"\",job=\"b\"}"), scraped.body());
    }
    assertEquals(400, send("PUT", "/metrics/job/b", "no number\n").statusCode());

    String scraped = scrape("");
    assertTrue(scraped.contains("pushgateway_shadowed_series 1\n"), scraped);
    assertFalse(
        scraped.contains("push_failure_time_seconds{instance=\"\",job=\"b\"} 0\n"), scraped);
    assertTrue(
        scraped.contains(
            "pushgateway_http_requests_total{code=\"202\",handler=\"push\",method=\"put\"} 6\n"),
        scraped);
    assertTrue(
        scraped.contains("pushgateway_rejected_pushes_total{reason=\"timestamp\"} 1\n"), scraped);
  }

  @Test
  void inconsistentPush_is400_namesTheOtherGroup_leavesOnlyTheFailureTime() throws Exception {
    send("PUT", "/metrics/job/a", "# TYPE m gauge\nm 1\n");

    HttpResponse<String> refused = send("PUT", "/metrics/job/b", "# TYPE m counter\nm 1\n");

    assertEquals(400, refused.statusCode());
    assertTrue(refused.body().contains("m"), refused.body());
    assertTrue(refused.body().contains("{job=\"a\"}"), refused.body());
    String scraped = scrape("?collect[]=pushed");
    assertFalse(scraped.contains("m{instance=\"\",job=\"b\"}"), scraped);
    assertTrue(scraped.contains("push_time_seconds{instance=\"\",job=\"b\"} 0\n"), scraped);
    assertFalse(
        scraped.contains("push_failure_time_seconds{instance=\"\",job=\"b\"} 0\n"), scraped);
    assertTrue(
        scrape("?collect[]=self")
            .contains("pushgateway_rejected_pushes_total{reason=\"type_conflict\"} 1\n"));
  }

  @Test
  void unreadableBody_is400_andCreatesNoGroup() throws Exception {
    HttpResponse<String> refused = send("PUT", "/metrics/job/a", "m 1");

    assertEquals(400, refused.statusCode());
    assertTrue(refused.body().startsWith("text format parsing error in line 1: "), refused.body());
    assertEquals("", scrape("?collect[]=pushed"));
  }

  @Test
  void delete_is202_alsoForWhatIsNotThere() throws Exception {
    send("PUT", "/metrics/job/a", "m 1\n");

    assertEquals(202, send("DELETE", "/metrics/job/a", "").statusCode());
    assertEquals(202, send("DELETE", "/metrics/job/a", "").statusCode());
    assertEquals("", scrape("?collect[]=pushed"));
  }

  @Test
  void wipe_deletesEverything_onlyWithTheAdminApi() throws Exception {
    send("PUT", "/metrics/job/a", "m 1\n");
    assertEquals(202, send("PUT", "/api/v1/admin/wipe", "").statusCode());
    assertEquals("", scrape("?collect[]=pushed"));

    app.close();
    app = started();

    assertEquals(404, send("PUT", "/api/v1/admin/wipe", "").statusCode());
  }

  @Test
  void collect_tellsPushedFromSelf_andRefusesOthers() throws Exception {
    send("PUT", "/metrics/job/a", "m 1\n");

    assertFalse(scrape("?collect[]=pushed").contains("pushgateway_"));
    assertFalse(scrape("?collect%5B%5D=self").contains("job=\"a\""));
    String both = scrape("?collect[]=self&collect[]=pushed");
    assertTrue(both.contains("m{") && both.contains("jvm_"));
    HttpResponse<String> refused = send("GET", "/metrics?collect[]=x", "");
    assertEquals(400, refused.statusCode());
    assertTrue(refused.body().contains("\"x\""), refused.body());
  }

  @Test
  void scrape_isGzippedWhenAskedFor() throws Exception {
    send("PUT", "/metrics/job/a", "m 1\n");
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + app.port() + "/metrics?collect[]=pushed"))
            .header("Accept-Encoding", "gzip")
            .build();

    HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());

    assertEquals("gzip", response.headers().firstValue("Content-Encoding").orElseThrow());
    try (GZIPInputStream inflated =
        new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
      String text = new String(inflated.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(scrape("?collect[]=pushed"), text);
    }
  }

  @Test
  void pushedJvmMetrics_winOverOurOwn_pushedGatewayMetrics_joinThem() throws Exception {
    send(
        "PUT",
        "/metrics/job/a",
        """
        # HELP jvm_threads_current Theirs.
        # TYPE jvm_threads_current counter
        jvm_threads_current 7
        # HELP pushgateway_groups Theirs.
        # TYPE pushgateway_groups gauge
        pushgateway_groups 7
        """);

    String scraped = scrape("");

    assertTrue(scraped.contains("# TYPE jvm_threads_current counter\n"));
    assertTrue(scraped.contains("jvm_threads_current{instance=\"\",job=\"a\"} 7\n"));
    assertFalse(scraped.contains("\njvm_threads_current "));
    assertTrue(scraped.contains("# HELP pushgateway_groups Groups stored.\n"));
    assertTrue(scraped.contains("\npushgateway_groups 1\n"));
    assertTrue(scraped.contains("pushgateway_groups{instance=\"\",job=\"a\"} 7\n"));
    HttpResponse<String> refused =
        send("PUT", "/metrics/job/b", "# TYPE pushgateway_groups counter\npushgateway_groups 1\n");
    assertEquals(400, refused.statusCode());
  }

  @Test
  void reservedFamilies_areExactlyOurOwn() throws Exception {
    send("PUT", "/metrics/job/a", "m 1\n");
    SelfMetrics metrics = new SelfMetrics("test", null, System::nanoTime);
    metrics.ofCluster().observe(() -> ClusterMetricsTest.status("b"), () -> 0, () -> true);
    metrics.ofWebConfig().observe(() -> 0);
    metrics.pushAnswered("PUT", 1, 1);
    metrics.requestAnswered("push", "PUT", 200);
    Map<String, MetricType> exposed = new TreeMap<>();
    for (SelfMetricFamily family : metrics.families()) {
      if (!family.yields()) {
        exposed.put(family.name(), family.type());
      }
    }
    // Those that the store tells are there as soon as there is one.
    scrape("?collect[]=self")
        .lines()
        .filter(line -> line.startsWith("# TYPE pushgateway_"))
        .map(line -> line.split(" ", -1))
        .forEach(
            words -> exposed.put(words[2], MetricType.valueOf(words[3].toUpperCase(Locale.ROOT))));

    assertEquals(new TreeMap<>(SelfMetrics.RESERVED), exposed);
  }

  @Test
  void restart_bringsEverythingBack_byteForByte() throws Exception {
    for (int i = 0; i < 100; i++) {
      send("PUT", "/metrics/job/a/instance/" + i, "m{x=\"1\"} " + i + "\nm{x=\"2\"} 0\n");
    }
    send("PUT", "/metrics/job/a/instance/7", "m 1 1234\n");
    String before = scrape("?collect[]=pushed");
    app.close();

    app = started();

    assertEquals(before, scrape("?collect[]=pushed"));
  }

  @Test
  void concurrentPushes_shareCommits_andAllArrive() throws Exception {
    int pushes = 500;
    CompletableFuture<?>[] all =
        IntStream.range(0, pushes)
            .mapToObj(
                i ->
                    client.sendAsync(
                        HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + app.port() + "/metrics/job/j" + i))
                            .PUT(BodyPublishers.ofString("m " + i + "\n"))
                            .build(),
                        BodyHandlers.discarding()))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(all).join();

    String scraped = scrape("?collect[]=pushed");
    for (int i = 0; i < pushes; i++) {
      assertTrue(scraped.contains("m{instance=\"\",job=\"j" + i + "\"} " + i + "\n"), "push " + i);
    }
  }

  @Test
  void gzipThatIsNone_is400OnAnyPath_butTheApi() throws Exception {
    for (String path : new String[] {"/metrics/job/a", "/metrics", "/nowhere"}) {
      HttpResponse<String> refused = send("GET", path, "", "Content-Encoding", "gzip");
      assertEquals(400, refused.statusCode(), path);
      assertEquals("EOF\n", refused.body(), path);
    }
    assertEquals(
        202, send("PUT", "/api/v1/admin/wipe", "", "Content-Encoding", "gzip").statusCode());
  }

  @Test
  void garbage_isAnsweredWithALineOfText() throws Exception {
    assertTrue(raw("GARBAGE\r\n\r\n").endsWith("\r\n\r\n400 Bad Request: No URI\n"));
    String malformed = raw("PUT /metrics/job/\u00ff HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
    assertTrue(malformed.startsWith("HTTP/1.1 400 "), malformed);
    assertTrue(malformed.contains("not valid UTF-8"), malformed);
    assertEquals("", scrape("?collect[]=pushed"));
  }

  private String raw(String bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port())) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void keptConnection_answersEveryRequest() throws Exception {
    String push = "PUT /metrics/job/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    String redirected = "DELETE //metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 100; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port())) {
        socket.setSoTimeout(10_000);
        for (String request : new String[] {push, redirected, push, redirected, redirected, push}) {
          socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
          assertTrue(headOf(socket).startsWith("HTTP/1.1 "), "connection " + i);
        }
      }
    }
  }

  @Test
  void changeWhoseDeadlineHasPassed_isRefused_andChangesNothing() throws Exception {
    String path = "/metrics/job/late";
    assertEquals(
        200, send("PUT", path, "late 1\n", "Holdfast-Deadline", "9999999999").statusCode());
    for (String method : List.of("PUT", "POST", "DELETE")) {
      HttpResponse<String> late = send(method, path, "late 2\n", "Holdfast-Deadline", "1769860800");
      assertEquals(412, late.statusCode());
      assertTrue(late.body().startsWith("Holdfast-Deadline: 2026-01-31T12:00:00Z"), late.body());
      HttpResponse<String> wrong = send(method, path, "late 2\n", "Holdfast-Deadline", "soon");
      assertEquals(400, wrong.statusCode());
    }
    assertTrue(send("GET", "/metrics", "").body().contains("late{instance=\"\",job=\"late\"} 1\n"));
  }

  /** Reads up to the end of the headers: none of these responses has a body. */
  private static String headOf(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        return head.toString();
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Test
  void unescapedUtf8InThePath_isTaken() throws Exception {
    raw("PUT /metrics/job/gr\u00c3\u00bc HTTP/1.0\r\nContent-Length: 4\r\n\r\nm 1\n");

    assertTrue(scrape("").contains("m{instance=\"\",job=\"gr\u00fc\"} 1\n"));
  }

  @Test
  void familyWithoutSeries_isNotExposed() throws Exception {
    for (String accept : List.of("text/plain", "application/openmetrics-text;version=1.0.0")) {
      List<String> lines =
          send("GET", "/metrics?collect%5B%5D=self", "", "Accept", accept).body().lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith("# TYPE ")) {
          String name = lines.get(i).split(" ")[2];
          assertTrue(lines.get(i + 1).startsWith(name), () -> lines.toString());
        }
      }
    }
  }

  @Test
  void probes_areOk_andCounted() throws Exception {
    assertEquals("OK", send("GET", "/-/healthy", "").body());
    assertEquals("OK", send("GET", "/-/ready", "").body());

    String own = scrape("?collect[]=self");
    assertTrue(
        own.contains(
            "pushgateway_http_requests_total{code=\"200\",handler=\"ready\",method=\"get\"} 1\n"));
    assertFalse(own.contains("handler=\"metrics\""));
  }

  @Test
  void cluster_ofANodeThatIsAlone_isThatNode() throws Exception {
    HttpResponse<String> answer = send("GET", "/api/v1/cluster", "");

    assertEquals(200, answer.statusCode());
    assertEquals("application/json", answer.headers().firstValue("Content-Type").orElseThrow());
    assertEquals("*", answer.headers().firstValue("Access-Control-Allow-Origin").orElseThrow());
    assertEquals(
        "{\"status\":\"success\",\"data\":{"
            + "\"node\":{\"name\":\"\",\"id\":\"\",\"ready\":true,\"reason\":null},"
            + "\"size\":1,\"write_quorum\":1,\"has_quorum\":true,\"members\":[],\"copying\":null}}",
        answer.body());
    assertEquals("", send("HEAD", "/api/v1/cluster", "").body());
    String own = scrape("?collect[]=self");
    assertTrue(own.contains("handler=\"api/v1/cluster\",method=\"get\"} 1\n"), own);
    assertFalse(own.contains("pushgateway_cluster_"), own);
    assertFalse(own.contains("instance="), own);
  }

  @Test
  void quit_needsTheFlag() throws Exception {
    assertEquals(403, send("PUT", "/-/quit", "").statusCode());
    assertFalse(app.quitRequested().isDone());
    app.close();
    app = started("--web.enable-lifecycle");

    assertEquals(200, send("PUT", "/-/quit", "").statusCode());

    await().until(() -> app.quitRequested().isDone());
  }

  @Test
  void takenPort_refusesToStart_namesTheFlag_andLeavesTheStoreFree() throws Exception {
    String[] arguments = {
      "--web.listen-address=127.0.0.1:" + app.port(), "--storage.path=" + directory.resolve("other")
    };
    App second = new App(((Flags.Result.Run) Flags.parse(arguments)).options());

    StartException refused = assertThrows(StartException.class, second::start);
    second.close();

    assertTrue(String.valueOf(refused.getMessage()).contains("--web.listen-address"));
    String[] free = {
      "--web.listen-address=127.0.0.1:0", "--storage.path=" + directory.resolve("other")
    };
    try (App third = new App(((Flags.Result.Run) Flags.parse(free)).options())) {
      third.start();
    }
  }

  @Test
  void afterClose_noThreadIsLeft() throws Exception {
    app.close();

    await()
        .untilAsserted(
            () ->
                assertEquals(
                    "",
                    Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("store-") || name.startsWith("http-"))
                        .collect(Collectors.joining(","))));
  }
}
