package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * One node behaves like the Pushgateway.
 *
 * <p>{@code -Dholdfast.it.subject=pushgateway} puts a second real one in Holdfast's place, to try
 * the corpus itself: then the sequences with an expectation of their own must differ, or they would
 * not need it.
 */
final class DifferentialIT extends DifferentialContract {
  /** What is told of another program, started elsewhere and at another time. */
  private static final Set<String> DIFFERENT =
      Set.of(
          "version",
          "revision",
          "branch",
          "buildUser",
          "buildDate",
          "goVersion",
          "start_time",
          "web.listen-address",
          "web.local-assets", // Debian's own.
          "log.level");

  @Override
  ServerProcess startSubject(Processes processes, Path directory) throws IOException {
    return processes.holdfast(directory, "--web.enable-admin-api");
  }

  @Test
  void status_hasAllThatThePushgatewayTells() throws IOException {
    if (Processes.isTrial()) {
      return;
    }
    String expected = status(pushgateway);
    String actual = status(subject);
    assertTrue(
        actual.startsWith("{\"status\":\"success\",\"data\":{\"build_information\":{"), actual);
    assertTrue(actual.endsWith("\"}}"), actual);
    Map<String, String> strings = strings(actual);
    strings(expected)
        .forEach(
            (name, value) -> {
              if (!DIFFERENT.contains(name)) {
                assertEquals(value, strings.get(name), name);
              }
            });
    OffsetDateTime startedAt = OffsetDateTime.parse(strings.get("start_time"));
    OffsetDateTime theirs = OffsetDateTime.parse(strings(expected).get("start_time"));
    assertEquals(theirs.getOffset(), startedAt.getOffset());
    assertTrue(Duration.between(theirs, startedAt).abs().toMinutes() < 10, strings.toString());
  }

  private static String status(ServerProcess server) throws IOException {
    RawHttp.Response response = server.send(Step.get("/api/v1/status"));
    assertEquals(200, response.status());
    return response.text();
  }

  /** Every string that has a name. */
  private static Map<String, String> strings(String json) {
    Map<String, String> strings = new TreeMap<>();
    Pattern.compile("\"([^\"]*)\":\"([^\"]*)\"")
        .matcher(json)
        .results()
        .forEach(found -> strings.put(found.group(1), found.group(2)));
    return strings;
  }
}
