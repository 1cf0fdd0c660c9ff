package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.config.ClusterArguments;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API for programs, of a whole node in this process. */
class ApiTest {
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path directory;
  private App app;

  @BeforeEach
  void start() throws Exception {
    app =
        new App(
            ClusterArguments.run(
                "--web.listen-address=127.0.0.1:0",
                "--web.external-url=http://example.org/gate/",
                "--persistence.interval=300s",
                "--storage.path=" + directory.resolve("store")));
    app.start();
  }

  @AfterEach
  void stop() {
    app.close();
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + "/gate" + path))
            .method(method, BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  /** 1.11 has no newer fields than 1.5, so the rest is compared with a real one of that. */
  @Test
  void status_isInOrder_withFlagsAsGoPrintsThem() throws Exception {
    HttpResponse<String> status = send("GET", "/api/v1/status", "");

    assertEquals(200, status.statusCode());
    assertEquals("application/json", status.headers().firstValue("Content-Type").orElse(""));
    String head =
        "{\"status\":\"success\",\"data\":{\"build_information\":{\"branch\":\"\",\"buildDate\":\"\","
            + "\"buildUser\":\"\",\"goVersion\":\"\",\"javaVersion\":\"";
    assertTrue(status.body().startsWith(head), status.body());
    assertTrue(status.body().contains("\"version\":\"dev\"},\"flags\":{\""), status.body());
    assertTrue(status.body().contains("\"persistence.interval\":\"5m0s\""), status.body());
    assertTrue(status.body().contains("\"web.route-prefix\":\"/gate\""), status.body());
    assertTrue(status.body().contains("\"web.enable-lifecycle\":\"false\""), status.body());
    assertTrue(status.body().contains("},\"start_time\":\"20"), status.body());
  }

  @Test
  void answers_areForPagesOfAnyOrigin_andCounted() throws Exception {
    assertEquals(200, send("PUT", "/metrics/job/a", "m 1\n").statusCode());
    for (String method : new String[] {"GET", "OPTIONS"}) {
      HttpResponse<String> answer = send(method, "/api/v1/metrics", "");
      assertEquals(200, answer.statusCode());
      assertEquals("*", answer.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
      assertEquals(
          "GET, POST, DELETE, OPTIONS",
          answer.headers().firstValue("Access-Control-Allow-Methods").orElse(""));
      assertEquals(method.equals("GET"), answer.body().contains("\"m\":{"));
    }
    assertEquals(405, send("HEAD", "/api/v1/metrics", "").statusCode());

    String own = send("GET", "/metrics?collect[]=self", "").body();
    String requests = "pushgateway_http_requests_total{code=\"200\",handler=\"api/v1/";
    assertTrue(own.contains(requests + "metrics\",method=\"get\"} 1\n"), own);
    assertTrue(own.contains(requests + "options\",method=\"options\"} 1\n"), own);
  }
}
