package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real Prometheus scrapes Holdfast, by the configuration that comes with it, and answers
 * questions on what was pushed.
 */
final class PrometheusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TARGET = "localhost:9091";
  private static final String INTERVAL = "scrape_interval: 15s";
  private static final String EVERY_TYPE =
      """
      # HELP batch_records_total Records read.
      # TYPE batch_records_total counter
      batch_records_total{kind="new"} 7
      batch_records_total{kind="a \\"quoted\\" one"} 8
      # HELP batch_level A level.
      # TYPE batch_level gauge
      batch_level -1.5e-07
      # HELP batch_duration_seconds How long it took.
      # TYPE batch_duration_seconds histogram
      batch_duration_seconds_bucket{le="1"} 5
      batch_duration_seconds_bucket{le="2"} 10
      batch_duration_seconds_bucket{le="+Inf"} 10
      batch_duration_seconds_sum 12.5
      batch_duration_seconds_count 10
      # HELP batch_size_bytes How much it was.
      # TYPE batch_size_bytes summary
      batch_size_bytes{quantile="0.9"} 4096
      batch_size_bytes_sum 5000
      batch_size_bytes_count 3
      """;

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess server;
  private static Prometheus prometheus;

  /** One Prometheus for all tests: it lets five seconds pass before its first scrape. */
  @BeforeAll
  static void start() throws IOException {
    Path webConfig = Files.writeString(directory.resolve("web.yml"), "");
    server =
        PROCESSES.holdfast(
            directory.resolve("store"), "--web.enable-admin-api", "--web.config.file=" + webConfig);
    prometheus = Prometheus.start(PROCESSES, directory, config());
  }

  @BeforeEach
  void wipe() throws IOException {
    assertEquals(202, server.send(Step.wipe()).status());
  }

  /** A failed scrape would show as a gap in the data only, so every test ends by asking for it. */
  @AfterEach
  void scrape_isStillWhole() throws IOException {
    server.scrape();
  }

  @Test
  void prometheus_scrapesWhatWasPushed_underItsOwnLabels() throws IOException {
    push(Step.put("/metrics/job/batch/instance/host-1", EVERY_TYPE));
    push(Step.put("/metrics/job/batch/path@base64/L3Zhci90bXA", "other_level 5\n"));

    awaitAnswer(
        "batch_records_total{kind=\"new\"}",
        Map.of(
            labels("batch_records_total", "instance", "host-1", "job", "batch", "kind", "new"),
            "7"));
    answers("sum(batch_records_total)", Map.of("{}", "15"));
    answers("batch_level * 1e7", Map.of(labels("", "instance", "host-1", "job", "batch"), "-1.5"));
    awaitAnswer(
        "other_level", Map.of(labels("other_level", "job", "batch", "path", "/var/tmp"), "5"));
    answers("up", Map.of(labels("up", "instance", target(), "job", "holdfast"), "1"));
  }

  @Test
  void prometheus_computesOnHistogramsAndSummaries() throws IOException {
    push(Step.put("/metrics/job/batch", EVERY_TYPE));

    awaitAnswer(
        "histogram_quantile(0.5, batch_duration_seconds_bucket)",
        Map.of(labels("", "job", "batch"), "1"));
    answers(
        "histogram_quantile(0.75, batch_duration_seconds_bucket)",
        Map.of(labels("", "job", "batch"), "1.5"));
    answers(
        "batch_duration_seconds_sum / batch_duration_seconds_count",
        Map.of(labels("", "job", "batch"), "1.25"));
    answers(
        "batch_size_bytes",
        Map.of(labels("batch_size_bytes", "job", "batch", "quantile", "0.9"), "4096"));
  }

  @Test
  void prometheus_seesWhenAGroupWasPushedLast() throws IOException {
    push(Step.put("/metrics/job/batch", "batch_level 1\n"));
    assertEquals(400, server.send(Step.put("/metrics/job/failed", "batch_level 1 5\n")).status());

    awaitAnswer(
        "time() - push_time_seconds < bool 60",
        Map.of(labels("", "job", "batch"), "1", labels("", "job", "failed"), "0"));
    answers(
        "push_failure_time_seconds > bool push_time_seconds",
        Map.of(labels("", "job", "batch"), "0", labels("", "job", "failed"), "1"));
  }

  @Test
  void dashboardsAndRules_areAnswered() throws IOException {
    push(Step.put("/metrics/job/batch/instance/host-1", EVERY_TYPE));
    assertEquals(400, server.send(Step.put("/metrics/job/failed", "batch_level 1 5\n")).status());

    // The rule that learns the usual interval needs a quarter of an hour.
    Dashboard.of("jobs.json", "5s").awaitData(prometheus, "Groups/C"::equals);
    Dashboard.of("gateway.json", "5s")
        .awaitData(
            prometheus,
            query ->
                query.startsWith("Cluster/")
                    || query.equals("Web config file/Certificate expires in/A"));
    assertFalse(Dashboard.ofRules().withoutData(prometheus).contains("LastPushRejected"));
  }

  @Test
  void prometheus_followsPushesAndDeletes() throws IOException {
    push(
        Step.put(
            "/metrics/job/batch", "# TYPE batch_records_total counter\nbatch_records_total 1\n"));
    Map<String, String> one = Map.of(labels("batch_records_total", "job", "batch"), "1");
    Map<String, String> six = Map.of(labels("batch_records_total", "job", "batch"), "6");
    awaitAnswer("batch_records_total", one);

    push(
        Step.post(
            "/metrics/job/batch", "# TYPE batch_records_total counter\nbatch_records_total 6\n"));
    awaitAnswer("batch_records_total", six);

    assertEquals(202, server.send(Step.delete("/metrics/job/batch")).status());
    awaitAnswer("batch_records_total", Map.of());
    answers(
        "min_over_time(up[1m])", Map.of(labels("", "instance", target(), "job", "holdfast"), "1"));
  }

  /** promtool's exit code is 1 for text that it cannot read and 3 for what its linter dislikes. */
  @Test
  void promtool_acceptsTheWholeExposition() throws IOException {
    push(Step.put("/metrics/job/batch", EVERY_TYPE));
    push(Step.put("/metrics/job/batch/instance/host-1", EVERY_TYPE));
    assertEquals(400, server.send(Step.put("/metrics/job/failed", "batch_level 1 5\n")).status());
    byte[] exposition = server.send(Step.get("/metrics")).body().toByteArray();
    String promtool = Programs.require("promtool", "prometheus");

    Programs.run(directory, exposition, List.of(promtool, "check", "metrics")).orFail();
  }

  private static void push(Step step) throws IOException {
    RawHttp.Response response = server.send(step);
    assertEquals(200, response.status(), response::text);
  }

  private static String target() {
    return "127.0.0.1:" + server.port();
  }

  private static String config() throws IOException {
    String shipped =
        Files.readString(Programs.repository().resolve("deploy/prometheus/prometheus.yml"));
    assertTrue(shipped.contains(TARGET) && shipped.contains(INTERVAL), shipped);
    return shipped.replace(TARGET, target()).replace(INTERVAL, "scrape_interval: 500ms");
  }

  private static void awaitAnswer(String query, Map<String, String> expected) {
    Awaitility.await(query)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> answers(query, expected));
  }

  private static void answers(String query, Map<String, String> expected) throws IOException {
    Map<String, String> values = prometheus.ask(query);
    assertEquals(new TreeMap<>(expected), values, query);
  }

  /** Labels as Prometheus writes them in JSON, which sorts them: name, value, name, value. */
  private static String labels(String metric, String... labels) {
    StringBuilder json = new StringBuilder("{");
    if (!metric.isEmpty()) {
      json.append("\"__name__\":\"").append(metric).append("\",");
    }
    for (int i = 0; i < labels.length; i += 2) {
      json.append('"').append(labels[i]).append("\":\"").append(labels[i + 1]).append("\",");
    }
    json.setCharAt(json.length() - 1, '}');
    return json.toString();
  }
}
