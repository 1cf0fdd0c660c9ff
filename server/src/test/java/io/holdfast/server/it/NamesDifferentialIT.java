package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same names of any UTF-8 to a Pushgateway that knows them and to Holdfast. Debian's knows
 * none; {@code $PUSHGATEWAY} names a newer one, such as 1.11. {@link NamesIT} has the right values
 * of its own. The real one shows twice what an escaping makes alike, so there Holdfast may show
 * less.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NamesDifferentialIT {
  private static final String GROUP = "/metrics/job/a";

  @RegisterExtension final Processes processes = Processes.perClass();

  private ServerProcess pushgateway;
  private ServerProcess holdfast;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    String program = Programs.pushgateway();
    assumeTrue(
        Programs.knowsUtf8Names(directory, program),
        () -> program + " knows no UTF-8 names (name a newer one with $PUSHGATEWAY)");
    pushgateway = processes.pushgatewayWithUtf8Names();
    holdfast =
        processes.holdfast(
            directory.resolve("store"), "--push.enable-utf8-names", "--web.enable-admin-api");
  }

  @TestFactory
  Stream<DynamicTest> names() {
    return Stream.of(
            List.of(Step.put(GROUP, "{\"温度\"} 21\n{\"湿度\"} 40\n")),
            List.of(Step.put(GROUP, "{\"room_temp\",\"место\"=\"кухня\"} 21\n")),
            List.of(Step.put(GROUP, "{\"a.b\"} 1\n{\"a_b\"} 2\n{\"a-b\"} 3\n")),
            List.of(
                Step.put(
                    GROUP,
                    "# TYPE \"http.server.duration\" gauge\n{\"http.server.duration\"} 1\n"
                        + "# TYPE http_server_duration counter\nhttp_server_duration 2\n")),
            List.of(Step.put("/metrics/job/e/U___43c__435__441__442__43e_/x", "m 1\n")),
            List.of(Step.put("/metrics/job/e/U__a_2e_b/x/a_b/y", "m 1\n")),
            List.of(Step.put("/metrics/job/e/..x/y", "m 1\n")),
            List.of(Step.put("/metrics/job/e/__x/y", "m 1\n")),
            List.of(Step.put("/metrics/job/e/U__in_xxx_valid/y", "m 1\n")),
            List.of(
                Step.put(GROUP, "# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n"),
                Step.put("/metrics/job/b", "# TYPE \"a.b\" counter\n{\"a.b\"} 1\n"),
                Step.put("/metrics/job/b", "# TYPE a_b counter\na_b 1\n"),
                Step.post(GROUP, "a_b 3\n"),
                Step.put(GROUP, "{\"a-b\"} 4\n"),
                Step.delete("/metrics/job/b")),
            List.of(
                Step.put("/metrics/job/a/U__x_2e_y/1", "m 1\n"),
                Step.put("/metrics/job/a/x_y/1", "m 2\n"),
                Step.put(GROUP, "m{\"x.y\"=\"1\"} 3\n"),
                Step.delete("/metrics/job/a/U__x_2e_y/1"),
                Step.put(GROUP, "m{\"x.y\"=\"1\"} 3\n")),
            List.of(
                Step.put(GROUP, "# TYPE \"a.b\" summary\n{\"a.b_count\"} 1\n"),
                Step.put("/metrics/job/b", "a_b_count 1\n"),
                Step.put("/metrics/job/c", "{\"a.b_count\"} 1\n")))
        .map(steps -> DynamicTest.dynamicTest(steps.toString(), () -> compare(steps)));
  }

  private void compare(List<Step> steps) throws IOException {
    try (Gateway theirs = new Gateway(pushgateway);
        Gateway ours = new Gateway(holdfast)) {
      theirs.wipe();
      ours.wipe();
      for (Step step : steps) {
        assertEquals(theirs.send(step), ours.send(step), step::toString);
        assertEquals(theirs.api(), ours.api(), step::toString);
        assertEquals(
            lines(pushgateway, "allow-utf-8"), lines(holdfast, "allow-utf-8"), step::toString);
        for (String escaping : List.of("underscores", "dots", "values")) {
          Set<String> all = lines(pushgateway, escaping);
          Set<String> shown = lines(holdfast, escaping);
          assertTrue(all.containsAll(shown), () -> step + ": " + shown + " in " + all);
        }
      }
    }
  }

  /** Samples of what was pushed, but for the push times. */
  private static Set<String> lines(ServerProcess server, String escaping) throws IOException {
    return server
        .send(Step.get("/metrics").with("Accept: text/plain;version=0.0.4;escaping=" + escaping))
        .text()
        .lines()
        .filter(line -> !line.startsWith("#") && line.contains("job=\""))
        .filter(line -> !line.startsWith("push_"))
        .collect(Collectors.toSet());
  }
}
