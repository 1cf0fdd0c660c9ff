package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every method on every path, under each flag that moves paths: the real Pushgateway and Holdfast
 * give the same status, the same {@code Location} and the same {@code Allow}, and where it is not a
 * success the same text.
 */
final class RouteFlagsIT {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW");

  private static final List<String> PATHS =
      List.of(
          "/metrics",
          "/metrics/",
          "/metrics/job",
          "/metrics/job/",
          "/metrics/job/a",
          "/metrics/job/a/",
          "/metrics/job/a/b",
          "/metrics/job/a/b/c",
          "/metrics/job/a/__b/c",
          "/metrics/job/a/b-c/d",
          "/metrics/job@base64/YQ",
          "/metrics/job@base64/!",
          "/metrics/job/a/b@base64/!",
          "/m",
          "/m/",
          "/m/job/a",
          "/-/healthy",
          "/-/healthy/",
          "/-/ready",
          "/-/Ready",
          "/-/quit/x",
          "/-/nothing",
          "/api",
          "/-/quit",
          "/-/quit/",
          "/-/QUIT",
          "/api/v1",
          "/api/v1/",
          "/api/v1/nothing",
          "/api/v1/status",
          "/api/v1/status/",
          "/api/v1/STATUS",
          "/api/v1/metrics",
          "/api/v1/metrics/x",
          "/api/v1//metrics",
          "/api/v1/admin",
          "/api/v1/admin/wipe",
          "/api/v1/admin/wipe/",
          "/API/v1/status",
          "/api/v2/status",
          "/nothing",
          "//metrics",
          "/./metrics",
          "/metrics/../metrics",
          "/nothing/../metrics?a=%22&b='<c>",
          "/METRICS/job/a");

  private static final List<String> COMPARED_HEADERS =
      List.of("Allow", "X-Content-Type-Options", "Access-Control-Allow-Methods");

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void plain() throws IOException {
    assertAlike("", "--web.enable-admin-api");
  }

  @Test
  void externalUrl_isThePrefix() throws IOException {
    assertAlike("/push", "--web.external-url=http://example.org/push/");
  }

  @Test
  void externalUrl_mayBeAPath() throws IOException {
    assertAlike("/push", "--web.external-url=/push");
  }

  @Test
  void routePrefix_withASlashAlone_leavesTheExternalUrlToTheProxy() throws IOException {
    assertAlike("", "--web.external-url=http://example.org/push/", "--web.route-prefix=/");
  }

  @Test
  void routePrefix_andTelemetryPath() throws IOException {
    assertAlike("/a/b", "--web.route-prefix=a/b/", "--web.telemetry-path=/m");
  }

  private void assertAlike(String prefix, String... flags) throws IOException {
    ServerProcess real = start("pushgateway", prefix, flags);
    ServerProcess ours = start("holdfast", prefix, flags);
    Map<String, String> expected = new TreeMap<>();
    Map<String, String> actual = new TreeMap<>();
    List<String> prefixes = prefix.isEmpty() ? List.of("") : List.of("", prefix);
    for (String under : prefixes) {
      for (String path : PATHS) {
        for (String method : METHODS) {
          Step step = Step.request(method, under + path);
          expected.put(step.toString(), describe(real.send(step)));
          actual.put(step.toString(), describe(ours.send(step)));
        }
      }
    }
    assertEquals(lines(expected), lines(actual));
  }

  private ServerProcess start(String name, String prefix, String... flags) throws IOException {
    int port = Port.free();
    boolean isOurs = name.equals("holdfast");
    List<String> command = new ArrayList<>();
    if (isOurs) {
      command.addAll(HoldfastCommand.of("--storage.path=" + directory.resolve("store")));
    } else {
      command.add(Programs.require("prometheus-pushgateway", "prometheus-pushgateway"));
      command.add("--persistence.file=");
      command.add("--log.level=warn");
    }
    command.add("--web.listen-address=127.0.0.1:" + port);
    command.addAll(List.of(flags));
    return processes.launch(name, port, command).awaitReady(prefix + "/-/ready");
  }

  private static String describe(RawHttp.Response response) {
    boolean isSuccess = response.status() / 100 == 2;
    StringBuilder answer = new StringBuilder().append(response.status());
    answer.append(' ').append(response.header("Location").replaceFirst("^http://[^/]*", ""));
    for (String header : COMPARED_HEADERS) {
      answer.append(' ').append(response.header(header));
    }
    return isSuccess
        ? answer.toString()
        : answer + " " + response.header("Content-Type") + " " + Step.visible(response.text());
  }

  private static String lines(Map<String, String> answers) {
    StringBuilder lines = new StringBuilder();
    answers.forEach(
        (step, answer) -> lines.append(step).append(" -> ").append(answer).append('\n'));
    return lines.toString();
  }

  @Test
  void behindAProxyThatStripsThePath_everythingIsReached() throws Exception {
    ServerProcess node =
        processes.holdfast(
            directory.resolve("store"),
            "--web.external-url=http://example.org/push/",
            "--web.route-prefix=/");
    int port = Port.free();
    Path config =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            defaults
              mode http
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            frontend web
              bind 127.0.0.1:%d
              acl stripped path_beg /push/
              http-request deny if !stripped
              http-request replace-path /push(/.*) \\1
              default_backend node
            backend node
              server node 127.0.0.1:%d
            """
                .formatted(port, node.port()));
    ServerProcess proxy =
        processes
            .launch(
                "haproxy",
                port,
                List.of(Programs.require("haproxy", "haproxy"), "-db", "-f", config.toString()))
            .awaitReady("/push/-/ready");

    assertEquals(200, proxy.send(Step.put("/push/metrics/job/a%2Fb/c", "m 1\n")).status());
    String text = proxy.send(Step.get("/push/metrics")).text();
    assertTrue(text.contains("\nm{b=\"c\",instance=\"\",job=\"a\"} 1\n"), text);
    assertEquals(202, proxy.send(Step.delete("/push/metrics/job/a/b/c")).status());
    assertFalse(proxy.send(Step.get("/push/metrics")).text().contains("\nm{"));
    assertEquals(200, proxy.send(Step.get("/push/")).status());
    assertEquals(403, proxy.send(Step.get("/metrics")).status());
  }
}
