package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deletes of many groups, by selectors over HTTP and by the page. */
class GroupDeletingTest {
  private static final String GROUPS = "/api/v1/groups";

  @TempDir static Path directory;
  private static ServedApp app;

  @BeforeAll
  static void start() throws Exception {
    app = ServedApp.start(directory, "--web.enable-admin-api");
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  @BeforeEach
  void push() throws Exception {
    app.send("PUT", "/api/v1/admin/wipe", "");
    for (int i = 0; i < 5; i++) {
      app.send("PUT", "/metrics/job/web/instance/" + i, "m 1\nn{x=\"1\"} 1\n");
    }
    app.send("PUT", "/metrics/job/db", "m 1 1\n");
  }

  private static HttpResponse<String> delete(String... namesAndValues) throws Exception {
    return app.send("DELETE", ServedApp.query(GROUPS, namesAndValues), "");
  }

  private static void assertGroups(int expected) throws Exception {
    String scraped = app.get("/metrics");
    assertTrue(scraped.contains("pushgateway_groups " + expected + "\n"), scraped);
  }

  @Test
  void selectedGroups_areDeleted_andOthersStay() throws Exception {
    HttpResponse<String> answer = delete("match[]", "{job=\"web\",instance=~\"[0-2]\"}");
    assertEquals(200, answer.statusCode());
    assertEquals("{\"deleted\":3}", answer.body());
    String scraped = app.get("/metrics");
    assertFalse(scraped.matches("(?s).*instance=\"[0-2]\".*"), scraped);
    assertTrue(scraped.contains("n{instance=\"3\",job=\"web\",x=\"1\"} 1\n"), scraped);
    assertGroups(3);
    assertEquals("{\"deleted\":1}", delete("failed", "true").body());
    assertEquals("{\"deleted\":2}", delete("older_than", "0").body());
    assertEquals("{\"deleted\":0}", delete("match[]", "{job=\"web\"}").body());
    assertGroups(0);
  }

  @Test
  void dryRun_countsTheGroups_andDeletesNone() throws Exception {
    HttpResponse<String> answer =
        delete("match[]", "{job=\"web\"}", "match[]", "{job=\"db\"}", "dry_run", "true");
    assertEquals(200, answer.statusCode());
    assertEquals("{\"deleted\":6,\"dry_run\":true}", answer.body());
    assertGroups(6);
    assertEquals("{\"deleted\":0}", delete("older_than", "1h", "dry_run", "false").body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "x | 1 | \\\"x\\\" (expected: match[], older_than, failed or dry_run)",
        "limit | 1 | \\\"limit\\\" (expected: match[], older_than, failed or dry_run)",
        "dry_run | true | no condition (expected: at least one of match[] with a matcher, older_than",
        "match[] | {} | no condition (expected: at least one of match[] with a matcher, older_than",
        "dry_run | 1 | no condition (expected: at least one of",
        "match[] | {job=~\"(\"} | match[]: column 7: \\\"(\\\" (expected: a regular expression as in RE2",
        "failed | yes | failed: \\\"yes\\\" (expected: true or false)",
        "older_than | week | older_than: \\\"week\\\" (expected: a duration such as",
      })
  void badRequest_isRefused_andDeletesNothing(String name, String value, String reason)
      throws Exception {
    HttpResponse<String> answer = delete(name, value);
    assertEquals(400, answer.statusCode());
    String start = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"" + reason;
    assertTrue(answer.body().startsWith(start), answer.body());
    assertGroups(6);
  }

  @Test
  void requestWithoutParameters_orPastItsDeadline_deletesNothing() throws Exception {
    assertEquals(400, app.send("DELETE", GROUPS, "match[]={job=\"web\"}").statusCode());
    HttpResponse<String> late =
        app.send("DELETE", GROUPS + "?failed=true", "", "Holdfast-Deadline", "1");
    assertEquals(412, late.statusCode());
    HttpResponse<String> foreign =
        app.send("DELETE", GROUPS + "?failed=true", "", "Origin", "http://example.com");
    assertEquals(403, foreign.statusCode());
    assertGroups(6);
  }

  @Test
  void deletedGroups_areCounted_asRequests() throws Exception {
    delete("failed", "true");
    String scraped = app.get("/metrics");
    assertTrue(
        scraped.contains(
            "pushgateway_http_requests_total{code=\"200\",handler=\"api/v1/groups\",method=\"delete\"}"),
        scraped);
  }

  @Test
  void withoutTheAdminApi_nothingIsDeleted_andTheReasonIsGiven(@TempDir Path other)
      throws Exception {
    try (ServedApp closed = ServedApp.start(other)) {
      closed.send("PUT", "/metrics/job/a", "m 1\n");
      HttpResponse<String> answer = closed.send("DELETE", GROUPS + "?failed=false", "");
      assertEquals(403, answer.statusCode());
      assertTrue(answer.body().contains("--web.enable-admin-api"), answer.body());
      assertEquals(404, closed.send("GET", "/delete-found?q=a", "").statusCode());
      assertFalse(closed.get("/?q=job=a").contains("/delete-found"));
      assertTrue(closed.get("/metrics").contains("pushgateway_groups 1\n"));
    }
  }

  // The page.

  private static HttpResponse<String> deleteFound(String query) throws Exception {
    return app.send("POST", "/delete-found" + query, "", "Sec-Fetch-Site", "same-origin");
  }

  @Test
  void page_asksBeforeItDeletes_whatTheSearchFinds() throws Exception {
    assertFalse(app.get("/").contains("/delete-found"));
    assertTrue(app.get("/?q=job%3Dweb").contains("\"/delete-found?q=job%3Dweb\""));
    HttpResponse<String> question = app.send("GET", "/delete-found?q=job%3Dweb", "");
    assertEquals(200, question.statusCode());
    assertTrue(question.body().contains("Delete 5 groups?"), question.body());
    assertTrue(question.body().contains("action=\"/delete-found?q=job%3Dweb&amp;count=5\""));
    assertGroups(6);
    assertEquals(303, deleteFound("?q=job%3Dweb&count=5").statusCode());
    assertGroups(1);
    assertEquals(303, deleteFound("?failed=1&count=1").statusCode());
    assertGroups(0);
  }

  @Test
  void page_asksAgain_ifTheSearchFindsAnotherNumber() throws Exception {
    app.send("PUT", "/metrics/job/web/instance/new", "m 1\n");
    HttpResponse<String> again = deleteFound("?q=job%3Dweb&count=5");
    assertEquals(409, again.statusCode());
    assertTrue(again.body().contains("found 5 groups when the question was asked"), again.body());
    assertTrue(again.body().contains("finds 6 groups now. Nothing was deleted."), again.body());
    assertTrue(again.body().contains("count=6"), again.body());
    assertGroups(7);
  }

  @ParameterizedTest
  @CsvSource({
    "?count=6",
    "?q=job%3Dweb",
    "?q=job%3Dweb&count=-5",
    "?q=job%3Dweb&count=99999999999"
  })
  void page_refusesDelete_withoutSearchOrNumber(String query) throws Exception {
    assertEquals(400, deleteFound(query).statusCode());
    assertGroups(6);
  }

  @Test
  void page_deletesNothing_forRequestsOfOthers() throws Exception {
    assertEquals(403, app.send("POST", "/delete-found?q=job%3Dweb&count=5", "").statusCode());
    assertEquals(400, app.send("GET", "/delete-found", "").statusCode());
    assertGroups(6);
  }
}
