package io.holdfast.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.config.ClusterArguments;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.storage.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told of others, over HTTP, while none of those is there. */
@Tag("cluster")
class ClusteredAppTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path directory;
  private @Nullable App app;

  @AfterEach
  void stop() {
    if (app != null) {
      app.close();
    }
  }

  private void start(String... more) throws Exception {
    String[] all =
        Stream.concat(
                Stream.of(
                    "--web.listen-address=127.0.0.1:0",
                    "--storage.path=" + directory.resolve("store")),
                Stream.of(more))
            .toArray(String[]::new);
    app = new App(ClusterArguments.run(all));
    app.start();
  }

  private void startOneOfThree(String readGrace) throws Exception {
    start(
        "--cluster.listen-address=127.0.0.1:" + freePort(),
        // No process listens there.
        "--cluster.peer=127.0.0.1:1",
        "--cluster.size=3",
        "--cluster.node-name=a",
        "--cluster.read-grace=" + readGrace);
  }

  private void startOnly(String... more) throws Exception {
    Stream<String> alone =
        Stream.of(
            "--cluster.listen-address=127.0.0.1:" + freePort(),
            "--cluster.size=1",
            "--cluster.node-name=a",
            "--cluster.bootstrap");
    start(Stream.concat(alone, Stream.of(more)).toArray(String[]::new));
    await().atMost(PATIENCE).until(() -> send("GET", "/-/ready", "").statusCode() == 200);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + path))
            .method(method, BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private static void assertRefusedForNow(
      Refusal.Code code, String reason, HttpResponse<String> answer) {
    assertEquals(503, answer.statusCode());
    assertEquals("close", answer.headers().firstValue("Connection").orElse(""), "to another node");
    assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
    assertEquals(code.word(), answer.headers().firstValue("Holdfast-Refusal").orElse(""));
    assertTrue(answer.body().contains(code.word() + ": " + reason), answer.body());
  }

  @Test
  void whileOthersMayHaveMore_scrapesAreRefused_butThoseOfItself() throws Exception {
    startOneOfThree("10m");

    Refusal.Code code = Refusal.Code.STORE_INCOMPLETE;
    String reason = "the store is new and is being filled";
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertRefusedForNow(code, reason, send("GET", "/metrics", "")));
    assertRefusedForNow(code, reason, send("GET", "/metrics?collect[]=pushed", ""));
    HttpResponse<String> api = send("GET", "/api/v1/metrics", "");
    assertRefusedForNow(code, reason, api);
    assertTrue(
        api.body().startsWith("{\"status\":\"error\",\"errorType\":\"unavailable\",\"error\":\""),
        api.body());
    assertEquals("*", api.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
    HttpResponse<String> self = send("GET", "/metrics?collect[]=self", "");
    assertEquals(200, self.statusCode());
    assertTrue(self.body().contains("\npushgateway_cluster_ready{instance=\"a\"} 0\n"));
    assertTrue(self.body().contains("\npushgateway_cluster_has_quorum{instance=\"a\"} 0\n"));
    assertTrue(self.body().contains("\npushgateway_cluster_size{instance=\"a\"} 3\n"));
  }

  @Test
  void withoutAQuorum_isUnready_andHealthy_andTakesNoChange() throws Exception {
    startOneOfThree("10m");

    await()
        .atMost(PATIENCE)
        .until(() -> send("GET", "/-/ready", "").body().contains("the store is new"));
    assertEquals(503, send("GET", "/-/ready", "").statusCode());
    assertEquals(200, send("GET", "/-/healthy", "").statusCode());
    assertEquals(
        "store_incomplete",
        send("GET", "/-/ready", "").headers().firstValue("Holdfast-Refusal").orElse(""));
    String reason =
        "this node reaches 1 of 3 nodes, itself included (expected: the write quorum of 2";
    assertRefusedForNow(Refusal.Code.NO_QUORUM, reason, send("PUT", "/metrics/job/a", "m 1\n"));
    assertRefusedForNow(Refusal.Code.NO_QUORUM, reason, send("DELETE", "/metrics/job/a", ""));
    String self = send("GET", "/metrics?collect[]=self", "").body();
    assertTrue(
        self.contains("\npushgateway_refusals_total{code=\"no_quorum\",instance=\"a\"} 2\n"), self);
    assertTrue(
        self.contains("\npushgateway_refusals_total{code=\"store_incomplete\",instance=\"a\"} 0\n"),
        "probes are counted");
    String cluster = send("GET", "/api/v1/cluster", "").body();
    assertTrue(cluster.contains("\"ready\":false,\"reason\":\"the store is new"), cluster);
    assertTrue(
        cluster.contains("\"size\":3,\"write_quorum\":2,\"has_quorum\":false,\"members\":[]"),
        cluster);
  }

  @Test
  void cutOff_servesWhatItHas_andSaysSo() throws Exception {
    start();
    assertEquals(200, send("PUT", "/metrics/job/a", "m 1\n").statusCode());
    app.close();

    startOneOfThree("1ms");

    await()
        .atMost(PATIENCE)
        .until(() -> send("GET", "/metrics?collect[]=pushed", "").statusCode() == 200);
    HttpResponse<String> stale = send("GET", "/metrics", "");
    assertTrue(stale.body().contains("\nm{instance=\"\",job=\"a\"} 1\n"), stale.body());
    assertTrue(stale.body().contains("\npushgateway_cluster_ready{instance=\"a\"} 0\n"));
    assertTrue(
        stale.headers().firstValue("Holdfast-Stale").orElse("").startsWith("states exchanged with"),
        stale.headers()::toString);
    HttpResponse<String> api = send("GET", "/api/v1/metrics", "");
    assertEquals(200, api.statusCode());
    assertTrue(api.body().contains("\"m\":{\"time_stamp\":"), api.body());
    assertEquals(
        stale.headers().firstValue("Holdfast-Stale"), api.headers().firstValue("Holdfast-Stale"));
  }

  @Test
  void clusterOfOne_takesPushes_andServesThemAsFresh() throws Exception {
    startOnly();

    assertEquals(200, send("PUT", "/metrics/job/a", "m 1\n").statusCode());

    HttpResponse<String> scraped = send("GET", "/metrics", "");
    assertTrue(scraped.body().contains("\nm{instance=\"\",job=\"a\"} 1\n"), scraped.body());
    assertTrue(scraped.body().contains("\npushgateway_cluster_ready{instance=\"a\"} 1\n"));
    assertFalse(scraped.headers().firstValue("Holdfast-Stale").isPresent());
    HttpResponse<String> api = send("GET", "/api/v1/metrics", "");
    assertTrue(api.body().contains("\"m\":{\"time_stamp\":"), api.body());
    assertFalse(api.headers().firstValue("Holdfast-Stale").isPresent());
    assertTrue(
        scraped
            .body()
            .contains("\npushgateway_replication_duration_seconds_count{instance=\"a\"} 1\n"));
    String cluster = send("GET", "/api/v1/cluster", "").body();
    assertTrue(cluster.contains("\"name\":\"a\""), cluster);
    assertTrue(cluster.contains("\"ready\":true,\"reason\":null"), cluster);
  }

  @Test
  void uncheckedPushes_inACluster_are202_andShadowed() throws Exception {
    startOnly("--push.disable-consistency-check");

    assertEquals(202, send("PUT", "/metrics/job/a", "# TYPE m gauge\nm 1\n").statusCode());
    assertEquals(202, send("PUT", "/metrics/job/b", "# TYPE m counter\nm 1\n").statusCode());

    String scraped = send("GET", "/metrics", "").body();
    assertTrue(scraped.contains("\nm{instance=\"\",job=\"a\"} 1\n"), scraped);
    assertTrue(scraped.contains("\npushgateway_shadowed_series{instance=\"a\"} 1\n"), scraped);
    assertTrue(
        scraped.contains("\npush_failure_time_seconds{instance=\"\",job=\"b\"} 0\n"), scraped);
  }

  @Test
  void takenWebPort_leavesTheStoreFree() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      App refused =
          new App(
              ClusterArguments.run(
                  "--web.listen-address=127.0.0.1:" + taken.getLocalPort(),
                  "--storage.path=" + directory.resolve("store"),
                  "--cluster.listen-address=127.0.0.1:" + freePort(),
                  "--cluster.size=1"));
      assertThrows(StartException.class, refused::start);
      refused.close();
    }

    startOnly();
  }
}
