package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real Pushgateway and Holdfast, both with {@code --push.disable-consistency-check}: the same
 * requests get the same answers and leave the same, as long as the real one can be scraped at all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UncheckedIT {
  private static final String BARRIER = "differential-barrier";
  private static final List<Sequence> SEQUENCES =
      List.of(
          Sequence.of(
              "put and post",
              Step.put("/metrics/job/a", "# HELP m M.\n# TYPE m gauge\nm 1\nn 2\n"),
              Step.post("/metrics/job/a", "# HELP m M.\n# TYPE m gauge\nm 3\n"),
              Step.put("/metrics/job/a", "n 4\n")),
          Sequence.of("delete", Step.put("/metrics/job/a", "m 1\n"), Step.delete("/metrics/job/a")),
          Sequence.of(
              "timestamp",
              Step.put("/metrics/job/a", "m 1\n"),
              Step.put("/metrics/job/a", "m 2 1234\n"),
              Step.put("/metrics/job/b", "m 2 1234\n")),
          Sequence.of("body that cannot be read", Step.put("/metrics/job/a", "m x\n")),
          Sequence.of("no base64", Step.put("/metrics/job/a/l@base64/%", "m 1\n")),
          Sequence.of("label name", Step.put("/metrics/job/a/__l/v", "m 1\n")),
          Sequence.of("empty body", Step.put("/metrics/job/a", "")),
          Sequence.of(
              "protobuf",
              Step.putFamilies(
                  "/metrics/job/a",
                  Families.summary("s", Families.summaryOf(3, 1.5, 0.5, 1)).setHelp("S."),
                  Families.histogram("h", Families.histogramOf(3, 1.5, 0.5, 1)).setHelp("H."))),
          Sequence.of(
              "protobuf that is cut off",
              Step.put("/metrics/job/a", "\u0005a").with(Step.DELIMITED)),
          Sequence.of(
              "conflict that goes away",
              Step.put("/metrics/job/a", "# TYPE m gauge\nm 1\n"),
              Step.delete("/metrics/job/a"),
              Step.put("/metrics/job/b", "# TYPE m counter\nm 1\n")));

  @RegisterExtension final Processes processes = Processes.perClass();

  private ServerProcess pushgateway;
  private ServerProcess holdfast;
  private int barriers;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    pushgateway = processes.uncheckedPushgateway("");
    holdfast =
        processes.holdfastOn(
            Port.free(),
            directory.resolve("store"),
            "--web.enable-admin-api",
            "--push.disable-consistency-check");
  }

  @TestFactory
  Stream<DynamicTest> unchecked() {
    return SEQUENCES.stream()
        .map(sequence -> DynamicTest.dynamicTest(sequence.name(), () -> compare(sequence)));
  }

  private void compare(Sequence sequence) throws IOException {
    assertEquals(202, pushgateway.send(Step.wipe()).status());
    assertEquals(202, holdfast.send(Step.wipe()).status());
    for (Step step : sequence.steps()) {
      assertEquals(pushgateway.send(step).status(), holdfast.send(step).status(), step::toString);
      assertEquals(pushed(pushgateway), pushed(holdfast), step::toString);
    }
  }

  /** The real one answers before it has done anything, but does it in order. */
  private String pushed(ServerProcess server) throws IOException {
    String value = Integer.toString(++barriers);
    server.send(Step.put("/metrics/job/" + BARRIER, "barrier " + value + "\n"));
    Awaitility.await()
        .until(
            () ->
                server.scrape().samples("barrier").stream()
                    .anyMatch(sample -> sample.value().equals(value)));
    return server.scrape().pushed().withoutJob(BARRIER).canonical(true);
  }
}
