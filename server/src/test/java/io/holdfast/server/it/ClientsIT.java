package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.exporter.pushgateway.Format;
import io.prometheus.metrics.exporter.pushgateway.PushGateway;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What users push with: Java's client in both of its formats, curl, and another exporter's output
 * as it is. The clients of all languages: {@link ClientProgramsIT}.
 */
final class ClientsIT {
  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private ServerProcess server;

  @BeforeEach
  void start() throws IOException {
    server = processes.holdfast(directory.resolve("store"));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void java_everyType_isServed(Format format) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    Counter.builder()
        .name("java_jobs_total")
        .help("Jobs done")
        .labelNames("kind")
        .register(registry)
        .labelValues("a \"quoted\"\nkind")
        .inc(3);
    Gauge.builder().name("java_level").register(registry).set(-1.5);
    Info.builder()
        .name("java_build_info")
        .labelNames("version")
        .register(registry)
        .setLabelValues("1.2.3");
    Summary.builder().name("java_size_bytes").quantile(0.5).register(registry).observe(4);
    Histogram histogram =
        Histogram.builder()
            .name("java_duration_seconds")
            .classicUpperBounds(0.1, 1)
            .register(registry);
    List.of(0.05, 0.5, 5.0).forEach(histogram::observe);

    pusher("java", format).registry(registry).build().push();

    Map<String, String> values = served();
    String own = "instance=\"\",job=\"java\"";
    assertEquals("3", values.get("java_jobs_total{" + own + ",kind=\"a \\\"quoted\\\"\\nkind\"}"));
    assertEquals("-1.5", values.get("java_level{" + own + "}"));
    assertEquals("1", values.get("java_build_info{" + own + ",version=\"1.2.3\"}"));
    assertEquals("4", values.get("java_size_bytes{" + own + ",quantile=\"0.5\"}"));
    assertEquals("1", values.get("java_size_bytes_count{" + own + "}"));
    assertEquals("1", values.get("java_duration_seconds_bucket{" + own + ",le=\"0.1\"}"));
    assertEquals("2", values.get("java_duration_seconds_bucket{" + own + ",le=\"1\"}"));
    assertEquals("3", values.get("java_duration_seconds_bucket{" + own + ",le=\"+Inf\"}"));
    assertEquals("5.55", values.get("java_duration_seconds_sum{" + own + "}"));
    assertEquals("counter", server.scrape().type("java_jobs_total"));
    assertEquals("histogram", server.scrape().type("java_duration_seconds"));
    assertEquals("1", values.get("push_time_seconds{" + own + "}"));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void java_groupingKeys_areKept(Format format) throws IOException {
    pusher("java/slash", format)
        .groupingKey("path", "/var/tmp")
        .groupingKey("empty", "")
        .registry(gauge("java_key", 1))
        .build()
        .push();

    assertEquals(
        "1",
        served().get("java_key{empty=\"\",instance=\"\",job=\"java/slash\",path=\"/var/tmp\"}"));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void java_pushAddAndDelete_changeOneGroup(Format format) throws IOException {
    pusher("java", format).registry(gauge("java_old", 1)).build().push();
    pusher("java", format).registry(gauge("java_first", 1)).build().push();
    pusher("java", format).registry(gauge("java_second", 2)).build().pushAdd();
    pusher("other", format).registry(gauge("java_first", 3)).build().push();

    String own = "{instance=\"\",job=\"java\"}";
    assertNull(served().get("java_old" + own));
    assertEquals("1", served().get("java_first" + own));
    assertEquals("2", served().get("java_second" + own));

    pusher("java", format).build().delete();

    assertNull(served().get("java_first" + own));
    assertEquals("3", served().get("java_first{instance=\"\",job=\"other\"}"));
  }

  @Test
  void nodeExporter_itsOutputAsABody_isServedWhole() throws IOException {
    int port = Port.free();
    String program = Programs.require("prometheus-node-exporter", "prometheus-node-exporter");
    ServerProcess exporter =
        processes
            .launch(
                "node-exporter", port, List.of(program, "--web.listen-address=127.0.0.1:" + port))
            .awaitReady("/metrics");
    String body = exporter.send(Step.get("/metrics")).text();

    RawHttp.Response answer = server.send(Step.put("/metrics/job/node", body));

    assertEquals(200, answer.status(), answer::text);
    Exposition sent = Exposition.parse(body);
    Map<String, String> served = served();
    assertTrue(sent.families().size() > 50, () -> sent.families() + " (expected: many)");
    for (String family : sent.families()) {
      for (Exposition.Sample sample : sent.samples(family)) {
        Exposition.Sample grouped = sample.with("instance", "").with("job", "node");
        assertEquals(sample.value(), served.get(grouped.series()), grouped::series);
      }
    }
  }

  @Test
  void curl_pushesAndDeletes() throws IOException {
    String curl = Programs.require("curl", "curl");
    Programs.require("gzip", "gzip");
    String plain = server.uri("/metrics/job/plain/instance/i").toString();
    String zipped = server.uri("/metrics/job/zipped").toString();

    run("curl_level 1\n", curl, "-sS", "--fail", "--data-binary", "@-", plain).orFail();
    run(
            "curl_level 2\n",
            "sh",
            "-c",
            "gzip -c | "
                + curl
                + " -sS --fail -H 'Content-Encoding: gzip' --data-binary @- "
                + zipped)
        .orFail();

    assertEquals("1", served().get("curl_level{instance=\"i\",job=\"plain\"}"));
    assertEquals("2", served().get("curl_level{instance=\"\",job=\"zipped\"}"));

    run("", curl, "-sS", "--fail", "-X", "DELETE", zipped).orFail();

    assertNull(served().get("curl_level{instance=\"\",job=\"zipped\"}"));
    assertEquals("1", served().get("curl_level{instance=\"i\",job=\"plain\"}"));
  }

  @Test
  void curl_withoutALastLineFeed_isToldWhy() throws IOException {
    String curl = Programs.require("curl", "curl");

    Programs.Result push =
        run(
            "",
            curl,
            "-sS",
            "-w",
            "%{http_code}",
            "--data",
            "x 1",
            server.uri("/metrics/job/a").toString());

    assertTrue(push.orFail().endsWith("400"), push::output);
  }

  private Map<String, String> served() throws IOException {
    return server.scrape().pushed().values();
  }

  private PushGateway.Builder pusher(String job, Format format) {
    return PushGateway.builder().address("127.0.0.1:" + server.port()).job(job).format(format);
  }

  private static PrometheusRegistry gauge(String name, double value) {
    PrometheusRegistry registry = new PrometheusRegistry();
    Gauge.builder().name(name).register(registry).set(value);
    return registry;
  }

  private Programs.Result run(String input, String... command) throws IOException {
    return Programs.run(
        directory, input.getBytes(StandardCharsets.UTF_8), new ArrayList<>(List.of(command)));
  }
}
