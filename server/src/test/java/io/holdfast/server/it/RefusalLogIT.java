package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The answer to a refused push, and its line in the log. */
final class RefusalLogIT {
  private static final String TARGET = "/metrics/job/a";

  /** Where later versions say the same as the packaged one. */
  private static final List<Step> MISTAKES =
      List.of(
          Step.put(TARGET, "m\n"),
          Step.put(TARGET, "m 1"),
          Step.put(TARGET, "m x\n"),
          Step.put(TARGET, "ok 1\nm{l=\"v\" 1\n"),
          Step.put(TARGET, "m{l=v} 1\n"),
          Step.put(TARGET, "m{l=\"\\q\"} 1\n"),
          Step.put(TARGET, "# TYPE m nothing\n"),
          Step.put(TARGET, "# TYPE m gauge\n# TYPE m gauge\n"),
          Step.put(TARGET, "m 1 x\n"),
          Step.put("/metrics/job/a/b", "m 1\n"),
          Step.put("/metrics/job/a/__b/c", "m 1\n"),
          Step.put("/metrics/job@base64/!", "m 1\n"));

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  @Test
  void reasons_areThePushgateways_andSayMore() throws IOException {
    ServerProcess real = processes.pushgateway();
    ServerProcess ours = processes.holdfast(store);
    for (Step mistake : MISTAKES) {
      RawHttp.Response expected = real.send(mistake);
      RawHttp.Response actual = ours.send(mistake);
      assertEquals(400, expected.status(), mistake::toString);
      assertEquals(400, actual.status(), mistake::toString);
      String more = actual.text().replaceFirst(" \\(column [0-9]+\\)\n$", "\n");
      assertEquals(expected.text(), more, mistake::toString);
      boolean isInTheBody = expected.text().contains("in line");
      assertEquals(isInTheBody, !more.equals(actual.text()), actual::text);
    }
  }

  @Test
  void mistakes_areLoggedAsThePushgatewayDoes_withWhoMadeThem_withoutBodies() throws IOException {
    ServerProcess server = processes.holdfast(store, "--log.level=debug");
    Step unreadable =
        Step.put("/metrics/job/a/b/c", "secret{l=\"hidden\"} 1 2 3\n")
            .with("X-Forwarded-For: 10.0.0.1, \"forged\" level=error\tmsg=x");
    assertEquals(400, server.send(unreadable).status());
    String line = line(server, "failed to parse text");
    assertTrue(line.contains("level=debug"), line);
    assertTrue(line.contains("method=PUT source=127.0.0.1:"), line);
    assertTrue(line.contains("group=\"{b=c, job=a}\""), line);
    assertTrue(
        line.contains("forwarded_for=\"10.0.0.1, \\\"forged\\\" level=error\\tmsg=x\""), line);
    assertFalse(server.output().contains("hidden"), server::output);

    assertEquals(400, server.send(Step.put("/metrics/job/a/b", "m 1\n")).status());
    line = line(server, "failed to parse URL");
    assertTrue(line.contains("level=debug") && line.contains("url=/metrics/job/a/b"), line);

    assertEquals(200, server.send(Step.put(TARGET, "# TYPE m gauge\nm 1\n")).status());
    assertEquals(400, server.send(Step.put("/metrics/job/b%0Ax", "m 1\n")).status());
    line = line(server, "pushed metrics are invalid or inconsistent with existing metrics");
    assertTrue(line.contains("level=error"), line);
    assertTrue(line.contains("group=\"{job=b\\nx}\""), line);
    assertTrue(line.contains("err=\"gathered metric family m has type"), line);
  }

  @Test
  void repeatedMistakes_areCounted_notLogged() throws IOException {
    ServerProcess server = processes.holdfast(store);
    assertEquals(200, server.send(Step.put(TARGET, "# TYPE m gauge\nm 1\n")).status());
    for (int i = 0; i < 200; i++) {
      assertEquals(400, server.send(Step.put("/metrics/job/b", "m 1\n")).status());
    }
    long lines = server.output().lines().filter(line -> line.contains("level=error")).count();
    assertEquals(5, lines);
    String reason = "pushgateway_rejected_pushes_total{reason=\"type_conflict\"}";
    assertEquals("200", server.scrape().values().get(reason));
  }

  private static String line(ServerProcess server, String message) {
    return server
        .output()
        .lines()
        .filter(line -> line.contains("msg=\"" + message + "\""))
        .findFirst()
        .orElseGet(() -> "no such line in: " + server.output());
  }
}
