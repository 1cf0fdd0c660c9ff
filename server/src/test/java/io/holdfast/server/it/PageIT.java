package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The web page in a real browser. */
final class PageIT {
  @RegisterExtension static final Processes processes = Processes.perClass();

  private static final String SCRIPT = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
  private static final int MANY_GROUPS = 2_050;

  @TempDir static Path directory;
  private static ServerProcess server;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    server =
        processes.holdfastOn(
            Port.free(), directory, "--web.enable-admin-api", "--push.enable-utf8-names");
    browser = Browser.desktop(server);
  }

  @AfterAll
  static void close() {
    browser.close();
  }

  @BeforeEach
  void empty() throws IOException {
    assertEquals(202, server.send(Step.wipe()).status());
    // Away from the page of the test before, which goes on asking.
    browser.openElsewhere("about:blank");
    browser.complaints();
  }

  private static void push(String path, String text) throws IOException {
    RawHttp.Response response = server.send(Step.put("/metrics" + path, text));
    assertEquals(200, response.status(), response::text);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertNoComplaints() {
    assertEquals(List.of(), browser.complaints());
  }

  /** Opens the only group that the list shows, and waits for its metrics. */
  private static void openGroup(Browser in) {
    in.click(".group > summary");
    in.await("the group's metrics", () -> assertTrue(in.has(".group[open] .opened")));
  }

  @Test
  void search_narrowsTheListAsOneTypes_andTheAddressSaysSo() throws IOException {
    push("/job/backup/instance/db1", "m 1\n");
    push("/job/backup/instance/db2", "m 1\n");
    push("/job/import", "m 1\n");
    browser.open("/");
    assertEquals(List.of("backup", "backup", "import"), browser.jobs());

    browser.typeInto("#q", "job=backup db2");

    browser.await("one group", () -> assertEquals(List.of("backup"), browser.jobs()));
    assertEquals("/?q=job%3Dbackup+db2", browser.path());
    assertEquals("1 of 3 groups", browser.text("#count"));
    browser.open(browser.path());
    assertEquals(List.of("backup"), browser.jobs());
    browser.typeInto("#q", "nothing like it");
    browser.await("none", () -> assertTrue(browser.text(".empty").contains("No group")));
    browser.typeInto("#q", "import");
    browser.await("it again", () -> assertEquals(List.of("import"), browser.jobs()));
    assertNoComplaints();
  }

  @Test
  void open_showsMetricsOfEveryType() throws IOException {
    push(
        "/job/types",
        """
        # HELP size_bytes How large it is.
        # TYPE size_bytes gauge
        size_bytes 48318382080
        # TYPE latency_seconds summary
        latency_seconds{quantile="0.99"} 0.25
        latency_seconds_sum 17.5
        latency_seconds_count 70
        # TYPE duration_seconds histogram
        duration_seconds_bucket{le="0.5"} 3
        duration_seconds_bucket{le="+Inf"} 4
        duration_seconds_sum 9
        duration_seconds_count 4
        untyped_thing{colour="red"} 1
        untyped_thing{colour="blue"} 2
        """);
    Exemplar exemplar =
        Exemplar.newBuilder()
            .setValue(1)
            .addLabel(LabelPair.newBuilder().setName("trace_id").setValue("abc123"))
            .build();
    Metric counter =
        Metric.newBuilder()
            .setCounter(Counter.newBuilder().setValue(5).setExemplar(exemplar))
            .build();
    Step more =
        Step.postFamilies(
            "/metrics/job/types",
            family("hits_total", MetricType.COUNTER, counter),
            family("native", MetricType.HISTOGRAM, nativeHistogram()),
            family("native_gauge", MetricType.GAUGE_HISTOGRAM, nativeHistogram()));
    assertEquals(200, server.send(more).status());

    browser.open("/");
    openGroup(browser);

    String shown = browser.text(".families");
    for (String expected :
        List.of(
            "size_bytes gauge",
            "How large it is.",
            "48318382080",
            "45 GiB",
            "latency_seconds summary",
            "0.99",
            "0.25",
            "17.5",
            "duration_seconds histogram",
            "+Inf",
            "red",
            "blue",
            "hits_total counter",
            "trace_id",
            "abc123",
            "(0.5, 1]",
            "[\u22120.001, 0.001]",
            "native_gauge gauge histogram")) {
      assertTrue(shown.contains(expected), () -> expected + " (expected: in " + shown + ")");
    }
    assertNoComplaints();
  }

  private static MetricFamily.Builder family(String name, MetricType type, Metric metric) {
    return MetricFamily.newBuilder().setName(name).setType(type).addMetric(metric);
  }

  private static Metric nativeHistogram() {
    return Metric.newBuilder()
        .setHistogram(
            Histogram.newBuilder()
                .setSampleCount(5)
                .setSampleSum(4)
                .setSchema(0)
                .setZeroThreshold(0.001)
                .setZeroCount(2)
                .addPositiveSpan(BucketSpan.newBuilder().setOffset(0).setLength(1))
                .addPositiveDelta(3))
        .build();
  }

  @Test
  void failedPush_isMarked_withItsReason_andFound() throws IOException {
    push("/job/good", "m 1\n");
    push("/job/bad", "m 1\n");
    assertEquals(400, server.send(Step.post("/metrics/job/bad", "m 1 1\n")).status());

    browser.open("/");
    browser.click(".tabs a.has-bad");
    browser.await("the failed one", () -> assertEquals(List.of("bad"), browser.jobs()));
    assertTrue(browser.text(".group .marks").contains("Last push failed"));
    openGroup(browser);

    assertTrue(browser.text(".alert").contains("Last push failed!"));
    assertTrue(browser.text(".alert").contains("must not have timestamps"));
    assertNoComplaints();
  }

  @Test
  void hostileLabels_areText() throws IOException {
    String hebrew = "\u05e9\u05dc\u05d5\u05dd";
    push(
        "/job@base64/" + base64(SCRIPT) + "/evil@base64/" + base64("' onmouseover='alert(3)"),
        "# HELP m <img src=x onerror=alert(4)>\nm{l=\"</td><script>alert(5)</script>\"} 1\n");
    push(
        "/job@base64/" + base64(hebrew) + "/lines@base64/" + base64("one\ntwo\u202e"),
        "m 1 \n".replace(" \n", "\n"));
    browser.open("/");
    assertEquals(List.of(SCRIPT, hebrew), browser.jobs());

    browser.open(
        "/?q=" + URLEncoder.encode("\"" + SCRIPT.substring(1) + "\"", StandardCharsets.UTF_8));
    assertEquals(SCRIPT.substring(1), query(browser).replaceAll("^\"|\"$", ""));
    openGroup(browser);

    assertTrue(browser.text(".families").contains("</td><script>alert(5)</script>"));
    assertTrue(browser.text(".families").contains("<img src=x onerror=alert(4)>"));
    assertFalse(browser.has("main script, main img, [onmouseover]"));
    browser.click("[data-delete]");
    assertTrue(browser.text("#confirm-what").contains(SCRIPT));
    browser.click("#confirm [value=cancel]");
    browser.follow(".tools .button");
    assertTrue(browser.text("h1").contains(SCRIPT));
    assertNoComplaints();
  }

  private static String query(Browser in) {
    return String.valueOf(in.find("#q").getDomProperty("value"));
  }

  @Test
  void delete_asksFirst_andTakesThatGroupAlone() throws IOException {
    push("/job/one", "m 1\n");
    push("/job/two/path@base64/" + base64("/var/tmp"), "m 1\n");
    browser.open("/?q=two");
    openGroup(browser);

    browser.click("[data-delete]");
    browser.await("the question", () -> assertTrue(browser.text("#confirm").contains("/var/tmp")));
    browser.click("#confirm [value=cancel]");
    assertTrue(server.scrape().families().contains("m"));
    assertEquals(2, pushTimes());
    browser.click("[data-delete]");
    browser.click("#confirm [value=delete]");

    browser.await("the delete", () -> assertEquals(1, pushTimes()));
    browser.await("its place is empty", () -> assertEquals(List.of(), browser.jobs()));
    browser.open("/");
    assertEquals(List.of("one"), browser.jobs());
    assertNoComplaints();
  }

  /** Names that say something else to browsers and shells than to the server. */
  @Test
  void hostileNames_leadToTheirOwnGroup_onThePageAndInItsCommands() throws Exception {
    push("/job/backup/instance/db1", "m 1\n");
    push("/job/backup/U__instance_2f_db1_23_/looks-alike", "m 2\n");
    push("/job/backup/" + EscapingScheme.escapedValues("x';touch pwned;'") + "/runs", "m 3\n");
    browser.open("/?q=looks-alike");
    openGroup(browser);
    browser.click("[data-delete]");
    browser.await("the question", () -> assertTrue(browser.text("#confirm").contains("db1#")));
    browser.click("#confirm [value=delete]");
    browser.await("the delete", () -> assertEquals(2, pushTimes()));
    assertTrue(server.scrape().samples("m").toString().contains("instance=\"db1\""));

    browser.open("/?q=runs");
    openGroup(browser);
    List<String> commands =
        browser.findAll(".commands code").stream()
            .map(code -> String.valueOf(code.getDomProperty("textContent")))
            .toList();
    Path empty = Files.createTempDirectory(directory, "shell");
    assertEquals(2, commands.size());
    assertEquals(0, shell(empty, commands.get(0)));
    assertTrue(server.scrape().samples("some_metric").toString().contains("runs"));
    assertEquals(2, pushTimes());
    assertEquals(0, shell(empty, commands.get(1)));
    assertEquals(1, pushTimes());
    assertTrue(server.scrape().samples("m").toString().contains("instance=\"db1\""));
    assertEquals(0, empty.toFile().list().length);
    assertNoComplaints();
  }

  private static int shell(Path directory, String command) throws Exception {
    return new ProcessBuilder("sh", "-c", command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static int pushTimes() throws IOException {
    return server.scrape().samples("push_time_seconds").size();
  }

  @Test
  void wipe_asksFirst_andTakesAll() throws IOException {
    push("/job/one", "m 1\n");
    push("/job/two", "m 1\n");
    browser.open("/");

    browser.click("[data-wipe]");
    browser.await("the question", () -> assertTrue(browser.text("#confirm").contains("2 groups")));
    browser.click("#confirm [value=delete]");

    browser.await("the wipe", () -> assertTrue(browser.text("#groups").contains("Nothing has")));
    assertFalse(server.scrape().families().contains("push_time_seconds"));
    assertNoComplaints();
  }

  @Test
  void pageOfAnotherSite_deletesNothing() throws IOException {
    push("/job/one", "m 1\n");
    for (String action : List.of("/group/job/one", "/delete-all")) {
      browser.openElsewhere(
          "data:text/html,<form method=post action=" + server.uri(action) + "><button>x</button>");
      browser.click("button");
      browser.await("the refusal", () -> assertTrue(browser.text("body").contains("other sites")));
    }
    assertEquals(1, pushTimes());
  }

  @Test
  void list_isKeptUpToDate_withoutClosingWhatIsOpen() throws IOException {
    push("/job/one", "m 1\n");
    browser.open("/");
    openGroup(browser);
    WebElement group = browser.find("details.group");
    browser.click(".curl > summary");

    push("/job/another", "n 1\n");
    push("/job/one", "m 12345\n");

    browser.await(
        "both changes",
        () -> {
          assertEquals(List.of("another", "one"), browser.jobs());
          assertTrue(group.getText().contains("12345"), group::getText);
        });
    assertEquals("true", group.getDomProperty("open"));
    assertEquals("true", browser.find(".curl").getDomProperty("open"));
    assertTrue(browser.text(".curl").contains("curl -X DELETE '" + server.uri("/metrics/job/one")));
    assertNoComplaints();
  }

  @Test
  void refresh_leavesTheFocusWhereItIs() throws IOException {
    push("/job/one", "m 1\n");
    browser.open("/");
    browser.evaluate("document.querySelector('.tabs a:nth-child(2)').focus(); return true");

    assertEquals(400, server.send(Step.post("/metrics/job/one", "m 1 1\n")).status());

    browser.await(
        "the failed push", () -> assertEquals("1", browser.text(".tabs a:nth-child(2) .number")));
    assertTrue(isFocused(".tabs a.has-bad"));
    assertNoComplaints();
  }

  @Test
  void groupThatIsDeletedMeanwhile_saysSo_andComesBack() throws IOException {
    push("/job/one", "m 1\n");
    browser.open("/group/job/one");

    assertEquals(202, server.send(Step.delete("/metrics/job/one")).status());
    browser.await(
        "word of it", () -> assertTrue(browser.text("#message").contains("no such group")));
    browser.complaints();
    push("/job/one", "m 12345\n");
    browser.await("it again", () -> assertTrue(browser.text("#group").contains("12345")));
    assertNoComplaints();
  }

  @Test
  void command_isCopied() throws IOException {
    push("/job/one/path@base64/" + base64("it's $HOME"), "m 1\n");
    browser.open("/");
    openGroup(browser);
    browser.click(".curl > summary");

    browser.click(".commands p:last-child button");

    browser.await("word of it", () -> assertEquals("Copied.", browser.text("#announce")));
    browser.click("#q");
    browser.type(Keys.chord(Keys.CONTROL, "v"));
    assertEquals(
        "curl -X DELETE '" + server.uri("/metrics/job/one/path/it%27s%20%24HOME") + "'",
        query(browser));
    assertNoComplaints();
  }

  @Test
  void keyboard_isEnough() throws IOException {
    push("/job/backup", "m 1\n");
    push("/job/import", "m 1\n");
    browser.open("/");

    browser.press("/");
    browser.press("import");
    browser.await("one group", () -> assertEquals(List.of("import"), browser.jobs()));
    assertEquals("import", query(browser));
    for (int i = 0; i < 20 && !isFocused("summary"); i++) {
      browser.press(Keys.TAB);
    }
    assertTrue(isFocused("summary"));
    assertEquals(
        "solid", browser.evaluate("return getComputedStyle(document.activeElement).outlineStyle"));
    browser.press(Keys.ENTER);
    browser.await("its metrics", () -> assertTrue(browser.has(".group[open] .opened")));
    for (int i = 0; i < 20 && !isFocused("[data-delete]"); i++) {
      browser.press(Keys.TAB);
    }
    assertTrue(isFocused("[data-delete]"));
    browser.press(Keys.ENTER);
    browser.await("the question", () -> assertTrue(browser.find("#confirm").isDisplayed()));
    browser.press(Keys.ESCAPE);
    browser.await("no question", () -> assertFalse(browser.find("#confirm").isDisplayed()));
    assertTrue(isFocused("[data-delete]"));
    assertEquals(2, pushTimes());
  }

  private static boolean isFocused(String selector) {
    return (Boolean) browser.evaluate("return document.activeElement.matches('" + selector + "')");
  }

  @Test
  void withoutJavaScript_everythingCanBeSeen_andDeleted() throws IOException {
    push("/job/backup/instance/db1", "m 41\n");
    push("/job/import", "m 1\n");
    try (Browser plain = Browser.withoutJavaScript(server)) {
      plain.open("/");
      plain.typeInto("#q", "db1");
      plain.follow(".search button");
      assertTrue(plain.path().contains("q=db1"), plain::path);
      assertEquals(1, plain.findAll(".group").size());
      plain.follow(".sort.when");
      assertTrue(plain.path().contains("q=db1&sort=newest"), plain::path);

      plain.click(".group > summary");
      plain.follow(".group .plain a");
      assertTrue(plain.text("main").contains("41"));
      plain.follow(".tools .danger");
      assertTrue(plain.text("h1").contains("Delete this group?"));
      plain.follow("form .danger");

      plain.await("the list", () -> assertEquals("/", plain.path()));
      assertEquals("import", plain.text(".groups .job"));
    }
  }

  @Test
  void phone_neverScrollsSideways_andDarkIsDark() throws IOException {
    push(
        "/job/" + "long".repeat(50) + "/instance/" + "x".repeat(200),
        "m_" + "n".repeat(150) + "{label=\"" + "y".repeat(300) + "\",other=\"z\"} 1.5\n");
    assertEquals(
        400,
        server
            .send(Step.post("/metrics/job/failed", "m{l=\"" + "w".repeat(300) + "\"} 1 1\n"))
            .status());
    try (Browser phone = Browser.phone(server)) {
      for (String path : List.of("/", "/?failed=1", "/status", "/?q=long", "/delete-all")) {
        phone.open(path);
        assertFalse(phone.hasHorizontalScroll(), path);
        if (phone.has(".group")) {
          openGroup(phone);
          phone.click(".curl > summary");
          assertFalse(phone.hasHorizontalScroll(), () -> path + ", opened");
        }
      }
      phone.prefer("dark");
      assertTrue(brightness(phone, "body") < 0.2);
      phone.prefer("light");
      assertTrue(brightness(phone, "body") > 0.8);
    }
  }

  /** Of the background. */
  private static double brightness(Browser in, String selector) {
    Number sum =
        (Number)
            in.evaluate(
                "return getComputedStyle(document.querySelector('"
                    + selector
                    + "')).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)");
    return sum.doubleValue() / (3 * 255);
  }

  @Test
  void manyGroups_areListedInPages_andSearched() throws Exception {
    pushMany();

    browser.open("/");
    assertEquals("2,050 groups", browser.text("#count"));
    assertEquals(50, browser.jobs().size());
    browser.click(".pager [rel=next]");
    browser.await("page 2", () -> assertEquals("/?page=2", browser.path()));
    assertTrue(browser.text(".pager p").contains("51\u2013100 of 2,050"));
    browser.typeInto("#q", "job=batch-7 host1607");
    browser.await("one group", () -> assertEquals(List.of("batch-7"), browser.jobs()));
    assertNoComplaints();
  }

  private static void pushMany() throws IOException {
    try (RawHttp http = new RawHttp(server.address())) {
      for (int i = 0; i < MANY_GROUPS; i++) {
        Step put = Step.put("/metrics/job/batch-" + i % 400 + "/instance/host" + i, "m 1\n");
        assertEquals(200, http.send(put).status());
      }
    }
  }
}
