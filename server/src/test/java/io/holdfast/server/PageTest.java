package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.config.Flags;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web page as it comes over HTTP. What browsers make of it is {@code PageIT}'s to show. */
class PageTest {
  private static final String SITE = "Sec-Fetch-Site";
  private static final String OTHER_SITE = "https://evil.example.org";

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir static Path directory;
  private static App shared;

  @TempDir Path ownDirectory;
  private App app;

  @BeforeAll
  static void start() throws Exception {
    shared = started(directory, "--web.enable-admin-api");
  }

  @AfterAll
  static void stop() {
    shared.close();
  }

  @BeforeEach
  void empty() throws Exception {
    app = shared;
    assertEquals(202, status("PUT", "/api/v1/admin/wipe"));
  }

  @AfterEach
  void stopOwn() {
    if (app != shared) {
      app.close();
    }
  }

  private static App started(Path store, String... more) throws Exception {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--web.listen-address=127.0.0.1:0";
    arguments[1] = "--storage.path=" + store.resolve("store");
    System.arraycopy(more, 0, arguments, 2, more.length);
    App starting = new App(((Flags.Result.Run) Flags.parse(arguments)).options());
    starting.start();
    return starting;
  }

  /** From now on it is with a server of its own that the test has to do. */
  private void startOwn(String... flags) throws Exception {
    app = started(ownDirectory, flags);
  }

  private String origin() {
    return "http://127.0.0.1:" + app.port();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(origin() + path))
            .method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = send("GET", path, "");
    assertEquals(200, response.statusCode(), response::body);
    return response.body();
  }

  private int status(String method, String path, String... headers)
      throws IOException, InterruptedException {
    return send(method, path, "", headers).statusCode();
  }

  private void push(String path) throws IOException, InterruptedException {
    assertEquals(200, send("PUT", "/metrics" + path, "m 1\n").statusCode());
  }

  private boolean isThere(String job) throws IOException, InterruptedException {
    return get("/metrics?collect[]=pushed".replace("[]", "%5B%5D"))
        .contains("push_time_seconds{instance=\"\",job=\"" + job + "\"}");
  }

  @Test
  void pages_haveAStrictPolicy_andAreHtml() throws Exception {
    for (String path : new String[] {"/", "/status", "/group/job/none"}) {
      HttpResponse<String> page = send("GET", path, "");

      assertEquals("text/html; charset=utf-8", header(page, "Content-Type"));
      assertEquals("nosniff", header(page, "X-Content-Type-Options"));
      assertEquals("same-origin", header(page, "Referrer-Policy"));
      assertEquals("no-cache", header(page, "Cache-Control"));
      String policy = header(page, "Content-Security-Policy");
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
      assertTrue(policy.contains("frame-ancestors 'none'"), policy);
      assertFalse(policy.contains("unsafe"), policy);
      assertFalse(page.body().contains(" style="), page.body());
      assertFalse(page.body().matches("(?s).*<script(?! src=).*"), page.body());
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void files_areCachedForEver_underANameOfTheirContent() throws Exception {
    Matcher references = Pattern.compile("/static/[a-z]+-[0-9a-f]{12}\\.[a-z]+").matcher(get("/"));
    int found = 0;
    while (references.find()) {
      HttpResponse<String> file = send("GET", references.group(), "");
      assertEquals(200, file.statusCode());
      assertEquals("public, max-age=31536000, immutable", header(file, "Cache-Control"));
      assertFalse(file.body().isEmpty());
      found++;
    }
    assertEquals(3, found);
    assertEquals(404, status("GET", "/static/page-000000000000.css"));
    assertEquals(404, status("GET", "/static/page.css"));
  }

  @Test
  void page_isCompressed_forWhoAsks() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(origin() + "/"))
            .header("Accept-Encoding", "gzip")
            .build();
    HttpResponse<byte[]> page = client.send(request, BodyHandlers.ofByteArray());

    assertEquals("gzip", header(page, "Content-Encoding"));
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(page.body())).readAllBytes();
    assertTrue(new String(plain, StandardCharsets.UTF_8).startsWith("<!doctype html>"));
  }

  @Test
  void group_isAPage_andAFragment_andNoneIs404() throws Exception {
    send("PUT", "/metrics/job/a/path@base64/L3Zhcg", "# HELP m What it is.\nm{l=\"x\"} 2.5\n");

    String page = get("/group/job/a/path@base64/L3Zhcg");
    String fragment = get("/group/job/a/path@base64/L3Zhcg?fragment=1");

    assertTrue(page.startsWith("<!doctype html>"), page);
    assertTrue(page.contains("What it is."), page);
    assertTrue(fragment.startsWith("<div class=\"opened\">"), fragment);
    assertTrue(fragment.contains("2.5"), fragment);
    assertEquals(404, status("GET", "/group/job/b"));
    assertEquals(404, status("GET", "/group/job/b?fragment=1"));
    assertEquals(400, status("GET", "/group/job/b/odd"));
  }

  @Test
  void failedPush_isShownWithItsReason() throws Exception {
    push("/job/a");
    send("POST", "/metrics/job/a", "m{l=\"<b>\"} 1 1700000000000\n");

    String page = get("/group/job/a");

    assertTrue(page.contains("Last push failed!"), page);
    assertTrue(page.contains("must not have timestamps, but m{l=\"&lt;b&gt;\"}"), page);
    assertTrue(get("/?failed=1").contains("data-key=\"/job/a\""));
  }

  @Test
  void manySeries_areShownByThePage() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 700; i++) {
      text.append("m{n=\"").append(i).append("\"} ").append(i).append('\n');
    }
    send("PUT", "/metrics/job/a", text.toString());

    String first = get("/group/job/a");
    String all = get("/group/job/a?metric=m");
    String rest = get("/group/job/a?metric=m&from=500");

    assertTrue(first.contains("<bdi>29</bdi>") && !first.contains("<bdi>30</bdi>"), first);
    assertTrue(first.contains("?metric=m\""), first);
    assertTrue(all.contains("<bdi>499</bdi>") && !all.contains("<bdi>500</bdi>"));
    assertTrue(rest.contains("<bdi>699</bdi>") && !rest.contains("<bdi>499</bdi>"));
  }

  @Test
  void whateverWasPushed_aPageHasABound() throws Exception {
    StringBuilder text = new StringBuilder("# HELP m " + "h".repeat(1 << 16) + "\n");
    text.append("# TYPE m histogram\n");
    for (int i = 0; i < 1_000; i++) {
      for (int bucket = 0; bucket < 400; bucket++) {
        text.append("m_bucket{n=\"" + i + "\",le=\"" + bucket + "\"} " + bucket + "\n");
      }
      text.append("m_sum{n=\"" + i + "\"} 1\nm_count{n=\"" + i + "\"} 400\n");
    }
    for (int i = 0; i < 200; i++) {
      text.append("v{l=\"" + i + "x".repeat(20_000) + "\"} 1\n");
    }
    assertEquals(200, send("PUT", "/metrics/job/a", text.toString()).statusCode());

    for (String address : List.of("/group/job/a", "/group/job/a?metric=m")) {
      assertTrue(get(address).length() < 3 << 20, address);
    }
    String values = get("/group/job/a?metric=v");
    assertTrue(values.length() < 3 << 20);
    assertTrue(values.contains("(20,001 characters)"));
    assertTrue(values.contains("?metric=v&amp;from="));
  }

  @Test
  void malformedQuery_isNoFailureOfOurs() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port())) {
      byte[] request =
          "GET /?q=%zz&page=x&sort HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(request);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.matches("(?s)HTTP/1.1 [24]00 .*"), answer);
    }
  }

  @Test
  void deleteOnThePage_needsARequestFromThePage() throws Exception {
    push("/job/a");

    assertEquals(403, status("POST", "/group/job/a"));
    assertEquals(403, status("POST", "/group/job/a", "Origin", OTHER_SITE));
    assertEquals(403, status("POST", "/group/job/a", "Origin", "null"));
    assertEquals(403, status("POST", "/group/job/a", "Origin", origin(), SITE, "cross-site"));
    assertEquals(403, status("POST", "/group/job/a", SITE, "same-site"));
    assertEquals(403, status("POST", "/group/job/a", SITE, "none"));
    assertTrue(isThere("a"));

    HttpResponse<String> deleted = send("POST", "/group/job/a", "", SITE, "same-origin");

    assertEquals(303, deleted.statusCode());
    assertEquals("/", header(deleted, "Location"));
    assertFalse(isThere("a"));
    push("/job/a");
    assertEquals(303, status("POST", "/group/job/a", "Origin", origin()));
    assertFalse(isThere("a"));
  }

  @Test
  void deleteByTheApi_isRefusedFromOtherSites_andNobodyElse() throws Exception {
    push("/job/a");

    HttpResponse<String> refused = send("DELETE", "/metrics/job/a", "", "Origin", OTHER_SITE);

    assertEquals(403, refused.statusCode());
    assertTrue(refused.body().contains("other sites"), refused.body());
    assertEquals(403, status("DELETE", "/metrics/job/a", SITE, "cross-site"));
    assertEquals(403, status("PUT", "/api/v1/admin/wipe", "Origin", OTHER_SITE));
    assertTrue(isThere("a"));
    assertEquals(202, status("DELETE", "/metrics/job/a", "Origin", origin()));
    assertEquals(202, status("DELETE", "/metrics/job/a", SITE, "none"));
    assertEquals(202, status("DELETE", "/metrics/job/a"));
    assertEquals(202, status("PUT", "/api/v1/admin/wipe"));
  }

  @Test
  void wipeOnThePage_isThere_onlyWithTheAdminApi() throws Exception {
    push("/job/a");
    assertTrue(get("/").contains("Delete all groups"));
    assertTrue(get("/delete-all").contains("All of 1 group go"));
    assertEquals(403, status("POST", "/delete-all", "Origin", OTHER_SITE));
    assertTrue(isThere("a"));
    assertEquals(303, status("POST", "/delete-all", "Origin", origin()));
    assertFalse(isThere("a"));

    startOwn();
    push("/job/a");

    assertFalse(get("/").contains("Delete all groups"));
    assertEquals(404, status("GET", "/delete-all"));
    assertEquals(404, status("POST", "/delete-all", "Origin", origin()));
  }

  @Test
  void readOnlyPage_deletesNothing_theApiDoes() throws Exception {
    startOwn("--web.read-only-page", "--web.enable-admin-api");
    push("/job/a");

    assertFalse(get("/").contains("/delete-all"));
    assertFalse(get("/group/job/a").contains("data-delete"));
    assertEquals(403, status("GET", "/group/job/a?confirm=delete"));
    assertEquals(403, status("GET", "/delete-all"));
    assertEquals(403, status("POST", "/group/job/a", "Origin", origin()));
    assertEquals(403, status("POST", "/delete-all", "Origin", origin()));
    assertTrue(isThere("a"));
    assertEquals(202, status("DELETE", "/metrics/job/a"));
    assertFalse(isThere("a"));
  }

  @Test
  void behindAProxyThatStripsAPath_everyLinkHasIt() throws Exception {
    startOwn(
        "--web.external-url=https://example.org/gateway/",
        "--web.route-prefix=/",
        "--web.enable-admin-api");
    push("/job/a");

    for (String path : new String[] {"/", "/status", "/group/job/a", "/delete-all"}) {
      assertLinksBegin("/gateway/", get(path));
    }
    assertTrue(get("/group/job/a").contains("https://example.org/gateway/metrics/job/a"));
    HttpResponse<String> deleted =
        send("POST", "/group/job/a", "", "Origin", "https://example.org");
    assertEquals(303, deleted.statusCode());
    assertEquals("/gateway/", header(deleted, "Location"));
  }

  @Test
  void underARoutePrefix_everyLinkHasIt_andLeadsSomewhere() throws Exception {
    startOwn("--web.route-prefix=/in/side");
    assertEquals(200, send("PUT", "/in/side/metrics/job/a", "m 1\n").statusCode());

    String page = get("/in/side/group/job/a");

    assertLinksBegin("/in/side/", page);
    assertTrue(page.contains(origin() + "/in/side/metrics/job/a"), page);
    Matcher links = Pattern.compile("(?:href|src)=\"([^\"#]+)").matcher(page);
    while (links.find()) {
      assertEquals(200, status("GET", links.group(1)), links.group(1));
    }
  }

  private static void assertLinksBegin(String prefix, String page) {
    Matcher links = Pattern.compile("(?:href|src|action|data-source)=\"([^\"]*)").matcher(page);
    int found = 0;
    while (links.find()) {
      String link = links.group(1);
      assertTrue(link.startsWith(prefix) || link.equals("#main"), link);
      found++;
    }
    assertTrue(found > 5, page);
  }

  @Test
  void status_tellsFlagsAndStore() throws Exception {
    push("/job/a");

    String page = get("/status");

    assertTrue(page.contains("<th scope=\"row\">web.enable-admin-api</th>"), page);
    assertTrue(page.contains("<th scope=\"row\">Groups</th><td><bdi>1</bdi>"), page);
    assertTrue(page.contains("This node is ready."), page);
  }
}
