package io.holdfast.server;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that ask for a time to live, and what becomes of their groups, over HTTP. */
class ExpiryRequestsTest {
  @TempDir Path directory;
  private @Nullable ServedApp app;

  @AfterEach
  void stop() {
    if (app != null) {
      app.close();
    }
  }

  private void start(String... flags) throws Exception {
    app = ServedApp.start(directory, flags);
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    return requireNonNull(app).send(method, path, body, headers);
  }

  private String get(String path) throws IOException, InterruptedException {
    return send("GET", path, "").body();
  }

  @Test
  void group_expires_byParameterOrHeader_andOthersStay() throws Exception {
    start();
    assertEquals(200, send("PUT", "/metrics/job/a?ttl=50ms", "m 1\n").statusCode());
    assertEquals(200, send("POST", "/metrics/job/b", "m 1\n", "Holdfast-TTL", "50ms").statusCode());
    assertEquals(400, send("PUT", "/metrics/job/c?ttl=50ms", "m 1 1\n").statusCode());
    assertEquals(200, send("PUT", "/metrics/job/d", "m 1\n").statusCode());
    await().until(() -> get("/metrics").contains("pushgateway_expired_groups_total 3\n"));
    String scraped = get("/metrics");
    assertFalse(scraped.matches("(?s).*job=\"[abc]\".*"), scraped);
    assertTrue(scraped.contains("m{instance=\"\",job=\"d\"} 1\n"), scraped);
  }

  @Test
  void pushWithoutTimeToLive_getsTheServers_andNeverIsPossible() throws Exception {
    start("--push.ttl=1h");
    send("PUT", "/metrics/job/a", "m 1\n");
    send("PUT", "/metrics/job/b?ttl=0", "m 1\n");
    String groups = get("/api/v1/metrics");
    assertEquals(2, groups.split("\"expires_at\":\"20", -1).length, groups);
    assertTrue(groups.indexOf("expires_at") < groups.indexOf("\"job\":\"a\""), groups);
    assertTrue(get("/group/job/a").contains("<dt>Expires</dt>"));
    assertFalse(get("/group/job/b").contains("<dt>Expires</dt>"));
  }

  @Test
  void nothing_expires_unlessItIsAskedFor() throws Exception {
    start();
    send("PUT", "/metrics/job/a", "m 1\n");
    assertFalse(get("/api/v1/metrics").contains("expires_at"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ttl=soon | | ttl: \"soon\" (expected: a duration such as",
        "ttl= | | ttl: \"\" (expected: a duration such as",
        "ttl=-5m | | ttl: \"-5m\" (expected: a duration such as",
        "ttl=1h&ttl=2h | | ttl: given 2 times (expected: once)",
        "ttl=1h | 2h | Holdfast-TTL: \"2h\" (expected: \"1h\", as the parameter ttl says",
        "ttl=8d | | ttl: \"8d\" (expected: above 0 and at most 168h0m0s, --push.max-ttl)",
        "ttl=0 | | ttl: \"0\" (expected: above 0 and at most 168h0m0s, --push.max-ttl)",
        "x=1 | 8d | Holdfast-TTL: \"8d\" (expected: above 0",
      })
  void badTimeToLive_isRefused_andNothingIsStored(
      String query, @Nullable String header, String reason) throws Exception {
    start("--push.max-ttl=7d");
    HttpResponse<String> answer =
        header == null
            ? send("PUT", "/metrics/job/a?" + query, "m 1\n")
            : send("PUT", "/metrics/job/a?" + query, "m 1\n", "Holdfast-TTL", header);
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().startsWith(reason), answer.body());
    assertTrue(get("/metrics").contains("pushgateway_groups 0\n"));
  }

  @Test
  void equalParameterAndHeader_areFine() throws Exception {
    start("--push.max-ttl=7d");
    assertEquals(
        200, send("PUT", "/metrics/job/a?ttl=1h", "m 1\n", "Holdfast-TTL", "1h").statusCode());
    assertTrue(get("/api/v1/metrics").contains("expires_at"));
  }
}
