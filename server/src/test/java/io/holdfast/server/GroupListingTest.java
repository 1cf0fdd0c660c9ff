package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The list of groups, over HTTP. */
class GroupListingTest {
  @TempDir static Path directory;
  private static ServedApp app;

  @BeforeAll
  static void start() throws Exception {
    app = ServedApp.start(directory);
    for (int i = 0; i < 5; i++) {
      assertEquals(
          200, send("PUT", "/metrics/job/web/instance/" + i, "m 1\nn{x=\"1\"} 1\n").statusCode());
    }
    assertEquals(400, send("PUT", "/metrics/job/db/instance/0?ttl=1h", "m 1 1\n").statusCode());
    assertEquals(200, send("PUT", "/metrics/job/cron?ttl=1h", "m 1\n").statusCode());
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return app.send(method, path, body);
  }

  private static HttpResponse<String> list(String... namesAndValues) throws Exception {
    return send("GET", ServedApp.query("/api/v1/groups", namesAndValues), "");
  }

  /** The jobs with their instances, in the order of the answer. */
  private static List<String> groups(HttpResponse<String> answer) throws IOException {
    assertEquals(200, answer.statusCode(), answer.body());
    List<String> groups = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(answer.body())) {
      String instance = "";
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME && "instance".equals(json.currentName())) {
          instance = json.nextTextValue();
        } else if (json.currentToken() == JsonToken.FIELD_NAME
            && "job".equals(json.currentName())) {
          groups.add(json.nextTextValue() + instance);
          instance = "";
        }
      }
    }
    return groups;
  }

  private static @Nullable String cursor(HttpResponse<String> answer) {
    String before = "\"next_cursor\":\"";
    int at = answer.body().indexOf(before);
    return at < 0
        ? null
        : answer
            .body()
            .substring(at + before.length(), answer.body().indexOf('"', at + before.length()));
  }

  @Test
  void listing_hasEveryGroup_withItsTimesAndSizes() throws Exception {
    HttpResponse<String> answer = list();
    assertEquals(List.of("db0", "web0", "web1", "web2", "web3", "web4", "cron"), groups(answer));
    String cron = answer.body().substring(answer.body().indexOf("{\"job\":\"cron\"}"));
    assertTrue(
        cron.matches(
            "\\{\"job\":\"cron\"},\"last_push\":\"20[^\"]+\",\"last_push_successful\":true,"
                + "\"expires_at\":\"20[^\"]+\",\"families\":1,\"series\":1,\"shadowed_series\":0}]}}"),
        cron);
    String db = answer.body().substring(0, answer.body().indexOf("web"));
    assertTrue(
        db.contains("\"last_push_successful\":false,\"last_push_failure_reason\":\"pushed"), db);
    assertFalse(db.contains("\"last_push\":"), db);
    assertTrue(db.contains("\"expires_at\""), db);
  }

  @Test
  void selectors_areAUnion_andOtherConditionsNarrowIt() throws Exception {
    assertEquals(
        List.of("web0", "web1"), groups(list("match[]", "{job=\"web\",instance=~\"[01]\"}")));
    assertEquals(
        List.of("db0", "web4"),
        groups(list("match[]", "{job=\"db\"}", "match[]", "{instance=\"4\"}")));
    assertEquals(List.of("cron"), groups(list("match[]", "{instance=\"\"}")));
    assertEquals(List.of("db0"), groups(list("failed", "true")));
    assertEquals(List.of("cron"), groups(list("failed", "false", "match[]", "{job!=\"web\"}")));
    assertEquals(List.of(), groups(list("older_than", "1h")));
    assertEquals(7, groups(list("older_than", "0")).size());
  }

  @Test
  void cursor_goesOnBehindItsGroup_whileGroupsComeAndGo() throws Exception {
    HttpResponse<String> first = list("match[]", "{job=~\"web|new\"}", "limit", "2");
    assertEquals(List.of("web0", "web1"), groups(first));
    send("DELETE", "/metrics/job/web/instance/1", "");
    send("PUT", "/metrics/job/new/instance/0", "m 1\n");
    send("PUT", "/metrics/job/new/instance/3", "m 1\n");
    try {
      HttpResponse<String> second =
          list(
              "match[]",
              "{job=~\"web|new\"}",
              "limit",
              "3",
              "cursor",
              String.valueOf(cursor(first)));
      assertEquals(List.of("web2", "new3", "web3"), groups(second));
      HttpResponse<String> third =
          list(
              "match[]",
              "{job=~\"web|new\"}",
              "limit",
              "1",
              "cursor",
              String.valueOf(cursor(second)));
      assertEquals(List.of("web4"), groups(third));
      assertEquals(null, cursor(third));
    } finally {
      send("PUT", "/metrics/job/web/instance/1", "m 1\nn{x=\"1\"} 1\n");
      send("DELETE", "/metrics/job/new/instance/0", "");
      send("DELETE", "/metrics/job/new/instance/3", "");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "match[] | {job= | match[]: column 6: the end (expected: a value in quotes) in {job=",
        "older_than | week | older_than: \\\"week\\\" (expected: a duration such as",
        "failed | yes | failed: \\\"yes\\\" (expected: true or false)",
        "limit | 0 | limit: \\\"0\\\" (expected: a number from 1 to 10000)",
        "limit | 10001 | limit: \\\"10001\\\" (expected: a number from 1 to 10000)",
        "cursor | x | cursor: \\\"x\\\" (expected: the next_cursor of the page before)",
        "cursor | YWJj | cursor: \\\"YWJj\\\" (expected: the next_cursor of the page before)",
        "matches | {} | \\\"matches\\\" (expected: match[], older_than, failed, limit or cursor)",
      })
  void badParameter_isRefused_withTheReason(String name, String value, String reason)
      throws Exception {
    HttpResponse<String> answer = list(name, value);
    assertEquals(400, answer.statusCode());
    String start = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"" + reason;
    assertTrue(answer.body().startsWith(start), answer.body());
  }
}
