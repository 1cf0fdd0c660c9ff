package io.holdfast.server.it;

import static io.holdfast.server.it.Families.gauge;
import static io.holdfast.server.it.Families.gaugeOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Metrics and labels are known by the names that were pushed, whatever a scrape makes of them. */
final class NamesIT {
  private static final String GROUP = "/metrics/job/a";
  private static final String OTHER_GROUP = "/metrics/job/b";
  private static final String UNDERSCORES = "underscores";
  private static final String DOTS = "dots";
  private static final String VALUES = "values";
  private static final String UTF8 = "allow-utf-8";

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess server;

  @BeforeAll
  static void start() throws IOException {
    server =
        PROCESSES.holdfast(
            directory.resolve("store"), "--push.enable-utf8-names", "--web.enable-admin-api");
  }

  @BeforeEach
  void wipe() throws IOException {
    assertEquals(202, server.send(Step.wipe()).status());
  }

  @Test
  void namesOfEqualLengthInOneScript_areTwo() throws IOException {
    push(Step.put(GROUP, "{\"温度\"} 21\n{\"湿度\"} 40\n"));
    assertShown(UTF8, "{\"温度\",instance=\"\",job=\"a\"} 21", "{\"湿度\",instance=\"\",job=\"a\"} 40");
    assertShown(UNDERSCORES, "__{instance=\"\",job=\"a\"} 21");
    assertShown(DOTS, "____{instance=\"\",job=\"a\"} 21");
    assertShown(
        VALUES,
        "U___6e29__5ea6_{instance=\"\",job=\"a\"} 21",
        "U___6e7f__5ea6_{instance=\"\",job=\"a\"} 40");
    String api = get("/api/v1/metrics");
    assertTrue(api.contains("\"温度\":{"), api);
    assertTrue(api.contains("\"left_out_series\":{\"underscores\":1,\"dots\":1}"), api);
    assertLeftOut(1, 1, 0);
  }

  @Test
  void labelOfAnotherScript_isShownAsItLooks() throws IOException {
    push(Step.put(GROUP, "{\"room_temp\",\"место\"=\"кухня\"} 21\n"));
    assertShown(UTF8, "room_temp{instance=\"\",job=\"a\",\"место\"=\"кухня\"} 21");
    assertShown(UNDERSCORES, "room_temp{instance=\"\",job=\"a\",_____=\"кухня\"} 21");
    assertShown(DOTS, "room_temp{instance=\"\",job=\"a\",__________=\"кухня\"} 21");
    assertShown(
        VALUES, "room_temp{instance=\"\",job=\"a\",U___43c__435__441__442__43e_=\"кухня\"} 21");
    assertLeftOut(0, 0, 0);
  }

  @Test
  void dotsUnderscoresAndDashes_areThreeNames() throws IOException {
    push(Step.put(GROUP, "{\"a.b\"} 1\n{\"a_b\"} 2\n{\"a-b\"} 3\n"));
    assertShown(
        UTF8,
        "{\"a-b\",instance=\"\",job=\"a\"} 3",
        "{\"a.b\",instance=\"\",job=\"a\"} 1",
        "a_b{instance=\"\",job=\"a\"} 2");
    assertShown(UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 2");
    assertShown(
        DOTS,
        "a__b{instance=\"\",job=\"a\"} 3",
        "a_b{instance=\"\",job=\"a\"} 2",
        "a_dot_b{instance=\"\",job=\"a\"} 1");
    assertLeftOut(2, 0, 0);
    // PUT replaces by what the names are.
    push(Step.put(GROUP, "{\"a.b\"} 4\n"));
    assertShown(UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 4");
    assertShown(UTF8, "{\"a.b\",instance=\"\",job=\"a\"} 4");
    push(Step.post(GROUP, "a_b 5\n"));
    assertShown(UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 4");
    assertLeftOut(1, 0, 0);
  }

  @Test
  void typesOfNamesThatLookAlike_mayDiffer() throws IOException {
    String body =
        "# TYPE \"http.server.duration\" gauge\n{\"http.server.duration\"} 1\n"
            + "# TYPE http_server_duration counter\nhttp_server_duration 2\n";
    push(Step.put(GROUP, body));
    assertShown(
        UTF8,
        "{\"http.server.duration\",instance=\"\",job=\"a\"} 1",
        "http_server_duration{instance=\"\",job=\"a\"} 2");
    assertShown(UNDERSCORES, "http_server_duration{instance=\"\",job=\"a\"} 2");
    String text = scrape(UNDERSCORES);
    assertTrue(text.contains("# TYPE http_server_duration counter\n"), text);
    assertFalse(text.contains("# TYPE http_server_duration gauge\n"), text);
    // Another team is refused where the pushed name is the same, and nowhere else.
    assertEquals(
        400,
        server
            .send(
                Step.put(
                    OTHER_GROUP,
                    "# TYPE \"http.server.duration\" counter\n{\"http.server.duration\"} 1\n"))
            .status());
    push(Step.put(OTHER_GROUP, "# TYPE http_server_duration counter\nhttp_server_duration 3\n"));
    assertShown(
        UNDERSCORES,
        "http_server_duration{instance=\"\",job=\"a\"} 2",
        "http_server_duration{instance=\"\",job=\"b\"} 3");
  }

  @Test
  void protobufNames_areWhatTheyAre_withoutTheFlag() throws IOException {
    ServerProcess strict = PROCESSES.holdfast(directory.resolve("strict"));
    Step both =
        Step.putFamilies(GROUP, gauge("a.b", gaugeOf(1)), gauge("a-b", gaugeOf(2, "место", "x")));
    assertEquals(200, strict.send(both).status());
    assertEquals(
        List.of(
            "{\"a-b\",instance=\"\",job=\"a\",\"место\"=\"x\"} 2",
            "{\"a.b\",instance=\"\",job=\"a\"} 1"),
        samples(strict, UTF8));
    assertEquals(
        List.of("a_b{instance=\"\",job=\"a\",_____=\"x\"} 2", "a_b{instance=\"\",job=\"a\"} 1"),
        samples(strict, UNDERSCORES));
  }

  /** The page, the API, a restart and a DELETE know the group by the label's own name. */
  @Test
  void groupingLabelOfAnotherScript_isTheGroups() throws IOException {
    String path = "/metrics/job/e/U___43c__435__441__442__43e_/x";
    push(Step.put(path, "m 1\n"));
    push(Step.put("/metrics/job/e/U___433__43e__440__43e__434_/x", "m 2\n"));
    List<String> shown =
        List.of(
            "m{instance=\"\",job=\"e\",\"город\"=\"x\"} 2",
            "m{instance=\"\",job=\"e\",\"место\"=\"x\"} 1");
    assertEquals(shown, samples(server, UTF8));
    // Both look like this. The first was there first.
    assertShown(UNDERSCORES, "m{instance=\"\",job=\"e\",_____=\"x\"} 1");
    assertLeftOut(3, 3, 0);
    String api = get("/api/v1/metrics");
    assertTrue(api.contains("\"labels\":{\"job\":\"e\",\"место\":\"x\"}"), api);
    assertTrue(get("/").contains("место"));

    server.stop();
    start();
    assertEquals(shown, samples(server, UTF8));
    assertShown(UNDERSCORES, "m{instance=\"\",job=\"e\",_____=\"x\"} 1");
    assertLeftOut(3, 3, 0);

    assertEquals(202, server.send(Step.delete(path)).status());
    assertShown(UNDERSCORES, "m{instance=\"\",job=\"e\",_____=\"x\"} 2");
    assertLeftOut(0, 0, 0);
  }

  @Test
  void formatsAgree_whateverLooksAlike() throws Exception {
    pushLookalikes();
    for (String escaping : List.of(UNDERSCORES, DOTS, VALUES, UTF8)) {
      String accept =
          "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
              + "encoding=delimited;escaping="
              + escaping;
      RawHttp.Response scraped = server.send(Step.get("/metrics?collect[]=pushed").with(accept));
      List<MetricFamily> families = DelimitedParser.parse(scraped.body().toByteArray());
      List<String> names = families.stream().map(MetricFamily::getName).toList();
      assertEquals(names.size(), new TreeSet<>(names).size(), names::toString);
      int series =
          families.stream()
              .filter(family -> !family.getName().startsWith("push_"))
              .filter(family -> family.getType() != MetricType.HISTOGRAM)
              .mapToInt(MetricFamily::getMetricCount)
              .sum();
      long samples =
          samples(server, escaping).stream()
              .filter(line -> !line.matches("(\\{\")?(U__)?h[._].*job=\"a\".*"))
              .count();
      assertEquals(samples, series, escaping);
    }
  }

  @Test
  void promtool_acceptsWhatLooksAlike() throws IOException {
    pushLookalikes();
    String promtool = Programs.require("promtool", "prometheus");
    for (String escaping : List.of(UNDERSCORES, DOTS, VALUES)) {
      // The linter has opinions on pushed names; what counts is that the text can be read.
      Programs.Result result =
          Programs.run(
              directory,
              scrape(escaping).getBytes(StandardCharsets.UTF_8),
              List.of(promtool, "check", "metrics"));
      assertTrue(result.exitCode() == 0 || result.exitCode() == 3, result::output);
    }
  }

  /** Debian's asks for no escaping and gets underscores. */
  @Test
  void prometheus_scrapesWhatLooksAlike(@TempDir Path own) throws IOException {
    pushLookalikes();
    Prometheus prometheus = Prometheus.scraping(server, PROCESSES, own);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertEquals(21, prometheus.askForOne("__{job=\"a\"}")));
    assertEquals(1, prometheus.askForOne("up"));
    assertEquals(
        prometheus.askForOne("scrape_samples_scraped"),
        prometheus.askForOne("scrape_samples_post_metric_relabeling"));
    assertEquals(2, prometheus.askForOne("a_b{job=\"a\"}"));
  }

  private void pushLookalikes() throws IOException {
    push(Step.put(GROUP, "{\"温度\"} 21\n{\"湿度\"} 40\n{\"a.b\"} 1\n{\"a_b\"} 2\n{\"a-b\"} 3\n"));
    push(
        Step.post(
            GROUP, "# TYPE \"h.é\" histogram\n{\"h.é_bucket\",le=\"1\"} 1\n{\"h.é_count\"} 1\n"));
    push(Step.put(OTHER_GROUP, "h___count 1\n{\"a.b\",\"l.m\"=\"1\",l_m=\"2\",\"l-m\"=\"3\"} 4\n"));
    push(Step.put("/metrics/job/c/U__x_2e_y/1", "m 1\nm{x_y=\"2\"} 2\n"));
    push(Step.put("/metrics/job/c/x_y/1", "m 3\n{\"é_name__\"} 4\nm{\"é_name__\"=\"5\"} 5\n"));
  }

  private void push(Step step) throws IOException {
    RawHttp.Response response = server.send(step);
    assertEquals(200, response.status(), response::text);
  }

  private String get(String target) throws IOException {
    RawHttp.Response response = server.send(Step.get(target));
    assertEquals(200, response.status(), response::text);
    return response.text();
  }

  private void assertShown(String escaping, String... samples) throws IOException {
    List<String> expected = new ArrayList<>(List.of(samples));
    expected.sort(null);
    assertEquals(expected, samples(server, escaping));
  }

  private String scrape(String escaping) throws IOException {
    return scrape(server, escaping);
  }

  private static String scrape(ServerProcess from, String escaping) throws IOException {
    RawHttp.Response response =
        from.send(
            Step.get("/metrics?collect[]=pushed")
                .with("Accept: text/plain;version=0.0.4;escaping=" + escaping));
    assertEquals(200, response.status(), response::text);
    assertTrue(response.header("Content-Type").endsWith("escaping=" + escaping));
    return response.text();
  }

  /** Without the push times; sorted. */
  private static List<String> samples(ServerProcess from, String escaping) throws IOException {
    return scrape(from, escaping)
        .lines()
        .filter(line -> !line.startsWith("#") && !line.startsWith("push_"))
        .sorted()
        .collect(Collectors.toList());
  }

  private void assertLeftOut(int underscores, int dots, int values) throws IOException {
    String own = get("/metrics?collect[]=self");
    for (String line :
        List.of(
            "pushgateway_left_out_series{escaping=\"underscores\"} " + underscores,
            "pushgateway_left_out_series{escaping=\"dots\"} " + dots,
            "pushgateway_left_out_series{escaping=\"values\"} " + values,
            "pushgateway_shadowed_series 0")) {
      assertTrue(own.contains("\n" + line + "\n"), () -> line + " in " + own);
    }
  }
}
