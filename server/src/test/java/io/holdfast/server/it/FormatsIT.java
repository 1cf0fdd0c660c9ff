package io.holdfast.server.it;

import static io.holdfast.server.it.Families.counter;
import static io.holdfast.server.it.Families.counterOf;
import static io.holdfast.server.it.Families.gauge;
import static io.holdfast.server.it.Families.gaugeOf;
import static io.holdfast.server.it.Families.histogram;
import static io.holdfast.server.it.Families.histogramOf;
import static io.holdfast.server.it.Families.metric;
import static io.holdfast.server.it.Families.summary;
import static io.holdfast.server.it.Families.summaryOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Scrapes in every format, read by programs that others wrote. */
final class FormatsIT {
  private static final String PROTOBUF =
      "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=";
  private static final String OPEN_METRICS =
      "Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8";

  /** Reads all and prints each family with its type, and its samples. */
  private static final String READ_OPEN_METRICS =
      """
      import sys
      from prometheus_client.openmetrics.parser import text_string_to_metric_families
      for family in text_string_to_metric_families(sys.stdin.read()):
          print("family", family.name, family.type)
          for sample in family.samples:
              print(sample.name, sample.labels.get("job"), sample.value, sample.exemplar)
      """;

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess server;
  private static ServerProcess pushgateway;

  @BeforeAll
  static void start() throws IOException {
    server =
        PROCESSES.holdfast(
            directory.resolve("store"), "--web.enable-admin-api", "--push.enable-utf8-names");
    pushgateway = PROCESSES.pushgateway();
  }

  @BeforeEach
  void wipe() throws IOException {
    assertEquals(202, server.send(Step.wipe()).status());
    assertEquals(202, pushgateway.send(Step.wipe()).status());
  }

  private static void push(Step step) throws IOException {
    RawHttp.Response response = server.send(step);
    assertEquals(200, response.status(), response::text);
  }

  private static RawHttp.Response scrape(String accept, String... more) throws IOException {
    Step step = Step.get("/metrics").with(accept);
    for (String header : more) {
      step = step.with(header);
    }
    RawHttp.Response response = server.send(step);
    assertEquals(200, response.status(), response::text);
    return response;
  }

  private static Metric.Builder nativeHistogram() {
    return metric("kind", "new")
        .setHistogram(
            Histogram.newBuilder()
                .setSampleCount(9)
                .setSampleSum(40)
                .setSchema(0)
                .setZeroThreshold(1e-128)
                .setZeroCount(1)
                .addPositiveSpan(BucketSpan.newBuilder().setOffset(1).setLength(2))
                .addPositiveDelta(2)
                .addPositiveDelta(4));
  }

  private static Exemplar exemplar() {
    return Exemplar.newBuilder()
        .addLabel(LabelPair.newBuilder().setName("trace_id").setValue("7f"))
        .setValue(0.5)
        .setTimestamp(Timestamp.newBuilder().setSeconds(1_700_000_000))
        .build();
  }

  private static void pushEverything() throws IOException {
    Metric.Builder rows = counterOf(5);
    rows.getCounterBuilder()
        .setExemplar(exemplar())
        .setCreatedTimestamp(Timestamp.newBuilder().setSeconds(1_600_000_000));
    Metric.Builder buckets = histogramOf(3, 1.5, 0.1, 1, 10, 3);
    buckets.getHistogramBuilder().getBucketBuilder(1).setExemplar(exemplar());
    push(
        Step.putFamilies(
            "/metrics/job/batch",
            counter("rows_total", rows).setHelp("Rows \"read\"."),
            counter("errors", counterOf(2)),
            gauge("level", gaugeOf(-1.5e-7, "l", "a \"b\"\n")),
            summary("size_bytes", summaryOf(3, 5, 0.5, 2)),
            histogram("duration_seconds", buckets),
            histogram("native_seconds", nativeHistogram())));
    push(Step.put("/metrics/job/text", "# TYPE rows_total counter\nrows_total 1e+07\n"));
    push(Step.put("/metrics/job/odd/U__zone_2e_name/x", "{\"disk.used\"} 7\n"));
  }

  /** Prometheus asks for protobuf when it is to take native histograms. */
  @Test
  void prometheus_computesOnANativeHistogram(@TempDir Path own) throws IOException {
    pushEverything();
    Prometheus prometheus =
        Prometheus.scraping(server, PROCESSES, own, "--enable-feature=native-histograms");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertEquals(9, prometheus.askForOne("histogram_count(native_seconds)")));
    assertEquals(40, prometheus.askForOne("histogram_sum(native_seconds)"));
    // The buckets end at 2 and 4: 1 and 2 observations lie below 2, and half of 9 within 2 to 4.
    double median = prometheus.askForOne("histogram_quantile(0.5, native_seconds)");
    assertTrue(median > 2 && median < 4, () -> "median " + median);
    assertEquals(5, prometheus.askForOne("rows_total{job=\"batch\"}"));
    assertEquals(2, prometheus.askForOne("count(duration_seconds_bucket{le!=\"+Inf\"})"));
    assertEquals(3, prometheus.askForOne("sum(duration_seconds_bucket{le=\"10.0\"})"));
    assertEquals(0, prometheus.askForOne("count(up == 0) or vector(0)"));
  }

  @Test
  void pythonsParser_readsOpenMetrics_ownAndPushed() throws IOException {
    pushEverything();
    RawHttp.Response scraped = scrape("Accept: application/openmetrics-text;version=1.0.0");
    assertEquals(
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        scraped.header("Content-Type"));
    assertTrue(scraped.text().endsWith("\n# EOF\n"));

    String read =
        Programs.run(
                directory,
                scraped.body().toByteArray(),
                List.of("/usr/bin/python3", "-c", READ_OPEN_METRICS))
            .orFail();

    assertTrue(read.contains("family rows counter\n"), read);
    assertTrue(read.contains("rows_total batch 5.0 Exemplar(labels={'trace_id': '7f'}"), read);
    assertTrue(read.contains("rows_created batch 1600000000.0 None\n"), read);
    assertTrue(read.contains("rows_total text 10000000.0 None\n"), read);
    assertTrue(read.contains("family errors unknown\n"), read);
    assertTrue(read.contains("family duration_seconds histogram\n"), read);
    assertTrue(read.contains("native_seconds_count batch 9 None\n"), read);
    assertTrue(read.contains("disk_used odd 7.0 None\n"), read);
    assertTrue(read.contains("family push_time_seconds gauge\n"), read);
    assertTrue(read.contains("family pushgateway_commit_duration_seconds histogram\n"), read);
    assertTrue(read.contains("family jvm_threads_current gauge\n"), read);
  }

  @Test
  void formats_areTheSame_whenCompressed() throws IOException {
    pushEverything();
    for (String accept :
        List.of(
            OPEN_METRICS,
            "Accept: text/plain;version=0.0.4;escaping=allow-utf-8",
            "Accept: text/plain;escaping=dots",
            PROTOBUF + "delimited;escaping=values",
            PROTOBUF + "text",
            PROTOBUF + "compact-text")) {
      Step pushed = Step.get("/metrics?collect[]=pushed").with(accept);
      RawHttp.Response plain = server.send(pushed);
      RawHttp.Response gzip = server.send(pushed.with("Accept-Encoding: gzip"));
      assertEquals("gzip", gzip.header("Content-Encoding"));
      assertEquals(plain.header("Content-Type"), gzip.header("Content-Type"));
      assertEquals("Accept, Accept-Encoding", gzip.header("Vary"));
      assertEquals(plain.text(), gzip.text(), accept);
    }
  }

  @Test
  void names_areShownAsTheScraperAsks() throws IOException {
    pushEverything();
    String utf8 = scrape(OPEN_METRICS).text();
    assertTrue(
        utf8.contains(
            "# TYPE \"disk.used\" unknown\n"
                + "{\"disk.used\",instance=\"\",job=\"odd\",\"zone.name\"=\"x\"} 7.0\n"),
        utf8);
    String dots = scrape("Accept: text/plain;escaping=dots").text();
    assertTrue(
        dots.contains("\ndisk_dot_used{instance=\"\",job=\"odd\",zone_dot_name=\"x\"} 7\n"), dots);
    String plain = scrape("Accept: */*").text();
    assertTrue(plain.contains("\ndisk_used{instance=\"\",job=\"odd\",zone_name=\"x\"} 7\n"), plain);
    assertEquals(202, server.send(Step.delete("/metrics/job/odd/U__zone_2e_name/x")).status());
    assertFalse(scrape(OPEN_METRICS).text().contains("disk.used"));
  }

  /** As upstream: names in protobuf are not looked at. */
  @Test
  void withoutTheFlag_textAndPathsHaveLegacyNamesAlone(@TempDir Path own) throws IOException {
    ServerProcess strict = PROCESSES.holdfast(own.resolve("store"));
    RawHttp.Response text = strict.send(Step.put("/metrics/job/a", "{\"disk.used\"} 7\n"));
    assertEquals(400, text.status());
    assertEquals(
        "text format parsing error in line 1: invalid metric name \"disk.used\" (column 2)\n",
        text.text());
    RawHttp.Response path = strict.send(Step.put("/metrics/job/a/disk.name/x", "m 1\n"));
    assertEquals(400, path.status());
    assertEquals("improper label name \"disk.name\"\n", path.text());
    assertEquals(200, strict.send(Step.put("/metrics/job/a/U__x_2e_y/x", "m 1\n")).status());
    assertEquals(
        200,
        strict.send(Step.putFamilies("/metrics/job/b", gauge("disk.used", gaugeOf(1)))).status());
    String scraped =
        strict.send(Step.get("/metrics").with(PROTOBUF + "delimited;escaping=allow-utf-8")).text();
    assertTrue(scraped.contains("disk.used"), scraped);
    assertTrue(scraped.contains("U__x_2e_y"), scraped);
  }

  /** The messages that the real one sends, of what both were sent. */
  @Test
  void protobuf_isWhatThePushgatewaySends() throws Exception {
    Step step =
        Step.putFamilies(
            "/metrics/job/batch/zone/b",
            counter("rows_total", counterOf(5), counterOf(6, "l", "x")).setHelp("Rows."),
            gauge("level", gaugeOf(-1.5e-7, "l", "a \"b\"\n", "job", "overwritten")),
            summary("size_bytes", summaryOf(3, 5, 0.5, 2)),
            histogram("duration_seconds", histogramOf(3, 1.5, 0.1, 1, 10, 3)));
    push(step);
    assertEquals(200, pushgateway.send(step).status());
    Step scrape = Step.get("/metrics").with(PROTOBUF + "delimited");
    assertEquals(pushed(pushgateway.send(scrape)), pushed(server.send(scrape)));
  }

  private static Map<String, String> pushed(RawHttp.Response scraped) throws ParseException {
    assertTrue(
        scraped
            .header("Content-Type")
            .startsWith(
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
                    + " encoding=delimited"));
    TreeMap<String, String> pushed = new TreeMap<>();
    for (MetricFamily family : DelimitedParser.parse(scraped.body().toByteArray())) {
      if (!family.getName().matches("(go|jvm|process|promhttp|pushgateway|push)_.*")) {
        List<String> metrics = new ArrayList<>();
        family.getMetricList().forEach(metric -> metrics.add(metric.toString()));
        metrics.sort(null);
        pushed.put(family.getName(), family.getType() + " " + family.getHelp() + " " + metrics);
      }
    }
    return pushed;
  }

  /** But for what one of them does not know: OpenMetrics, and which escaping it is. */
  @Test
  void contentTypes_areThoseOfThePushgateway() throws IOException {
    for (String accept :
        List.of(
            "*/*",
            "text/plain",
            "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "text/html",
            "nonsense",
            ";;,,",
            PROTOBUF.substring(8) + "delimited",
            PROTOBUF.substring(8) + "delimited;q=0.2,text/plain;q=0.1",
            PROTOBUF.substring(8) + "delimited;q=0.2,text/plain;q=0.3",
            PROTOBUF.substring(8) + "text;q=0.7,*/*",
            PROTOBUF.substring(8) + "compact-text",
            PROTOBUF.substring(8) + "other",
            "application/vnd.google.protobuf",
            "text/plain;version=9,application/json;q=0.9")) {
      Step step = Step.get("/metrics").with("Accept: " + accept);
      String expected = pushgateway.send(step).header("Content-Type");
      String actual = server.send(step).header("Content-Type");
      assertEquals(
          expected.replace(" ", ""),
          actual.replaceAll("; escaping=.*", "").replace(" ", ""),
          accept);
    }
  }

  /** Self metrics change from scrape to scrape; whatever format they are in, they are there. */
  @Test
  void selfMetrics_areInEveryFormat() throws Exception {
    assertTrue(scrape("Accept: text/plain").text().contains("\npushgateway_groups 0\n"));
    assertTrue(scrape(OPEN_METRICS).text().contains("\npushgateway_groups 0.0\n"));
    assertTrue(
        DelimitedParser.parse(scrape(PROTOBUF + "delimited").body().toByteArray()).stream()
            .anyMatch(family -> family.getName().equals("pushgateway_groups")));
    assertTrue(
        scrape(PROTOBUF + "compact-text")
            .text()
            .contains(
                "name: \"pushgateway_groups\" help: \"Groups stored.\" type: GAUGE metric {"));
  }

  @Test
  void promtool_acceptsTextOfEverySchemeThatOldScrapersRead() throws IOException {
    pushEverything();
    String promtool = Programs.require("promtool", "prometheus");
    for (String scheme : List.of("underscores", "dots", "values")) {
      String text = scrape("Accept: text/plain;escaping=" + scheme).text();
      // The linter has opinions on pushed names; what counts is that the text can be read.
      Programs.Result result =
          Programs.run(
              directory,
              text.getBytes(StandardCharsets.UTF_8),
              List.of(promtool, "check", "metrics"));
      assertTrue(result.exitCode() == 0 || result.exitCode() == 3, result::output);
    }
  }
}
