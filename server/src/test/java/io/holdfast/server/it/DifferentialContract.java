package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same requests to the real Pushgateway and to Holdfast, in whatever form: after each one the
 * status and the whole pushed exposition must be the same, groups included.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DifferentialContract {
  @RegisterExtension final Processes processes = Processes.perClass();

  ServerProcess pushgateway;
  ServerProcess subject;

  /** Starts what is compared, with the admin API; the directory is its own. */
  abstract ServerProcess startSubject(Processes processes, Path directory) throws IOException;

  /** Whether the sequence can be sent to the subject at all. */
  boolean isApplicable(Sequence sequence) {
    return true;
  }

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    pushgateway = processes.pushgateway();
    subject = startSubject(processes, directory);
  }

  @TestFactory
  Stream<DynamicTest> urls() {
    return compared(UrlSequences.all());
  }

  @TestFactory
  Stream<DynamicTest> routes() {
    return compared(RouteSequences.all());
  }

  @TestFactory
  Stream<DynamicTest> textBodies() {
    return compared(TextSequences.all());
  }

  @TestFactory
  Stream<DynamicTest> textSummariesAndHistograms() {
    return compared(CompoundTextSequences.all());
  }

  @TestFactory
  Stream<DynamicTest> protobufBodies() {
    return compared(ProtobufSequences.all());
  }

  @TestFactory
  Stream<DynamicTest> consistency() {
    return compared(ConsistencySequences.all());
  }

  @TestFactory
  Stream<DynamicTest> groups() {
    return compared(GroupSequences.all());
  }

  @Test
  void answersOfTheApi_haveTheSameHeaders() throws IOException {
    List<String> compared =
        List.of(
            "Access-Control-Allow-Headers",
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Origin",
            "Access-Control-Expose-Headers",
            "Cache-Control",
            "Content-Type",
            "Content-Encoding",
            "Allow");
    for (String path : List.of("/api/v1/status", "/api/v1/metrics", "/api/v1/nope", "/api/v1/")) {
      for (String method : List.of("GET", "HEAD", "OPTIONS", "POST")) {
        Step step = Step.request(method, path).with("Accept-Encoding: gzip");
        RawHttp.Response expected = pushgateway.send(step);
        RawHttp.Response answer = subject.send(step);
        assertEquals(expected.status(), answer.status(), step::toString);
        for (String header : compared) {
          assertEquals(expected.header(header), answer.header(header), () -> step + ": " + header);
        }
      }
    }
  }

  @Test
  void sequences_haveNamesOfTheirOwn() {
    Set<String> names = new HashSet<>();
    corpus().forEach(sequence -> assertTrue(names.add(sequence.name()), sequence.name()));
    assertTrue(names.size() >= 250, () -> names.size() + " sequences (expected: at least 250)");
  }

  private static Stream<Sequence> corpus() {
    return Stream.of(
            UrlSequences.all(),
            RouteSequences.all(),
            TextSequences.all(),
            CompoundTextSequences.all(),
            ProtobufSequences.all(),
            ConsistencySequences.all(),
            GroupSequences.all())
        .flatMap(List::stream);
  }

  private Stream<DynamicTest> compared(List<Sequence> sequences) {
    return sequences.stream()
        .filter(this::isApplicable)
        .map(sequence -> DynamicTest.dynamicTest(sequence.name(), () -> compareNamed(sequence)));
  }

  /** Reports that know dynamic tests by number only shall show the name too. */
  private void compareNamed(Sequence sequence) {
    try {
      compare(sequence);
    } catch (AssertionError | IOException e) {
      throw new AssertionError("[" + sequence.name() + "] " + e.getMessage(), e);
    }
  }

  private void compare(Sequence sequence) throws IOException {
    try (Gateway reference = new Gateway(pushgateway);
        Gateway compared = new Gateway(subject)) {
      reference.wipe();
      compared.wipe();
      if (sequence.expectation().isEmpty()) {
        compareSteps(sequence, reference, compared);
      } else if (!Processes.isTrial()) {
        compareWithExpectation(sequence, reference, compared);
      }
    }
  }

  private static void compareSteps(Sequence sequence, Gateway reference, Gateway subject)
      throws IOException {
    for (Step step : sequence.steps()) {
      assertEquals(reference.send(step), subject.send(step), step::toString);
      String expected = reference.pushed().canonical(sequence.withHelp());
      assertEquals(expected, subject.pushed().canonical(sequence.withHelp()), step::toString);
      if (sequence.withApi()) {
        assertEquals(reference.api(), subject.api(), step::toString);
      }
    }
  }

  private static void compareWithExpectation(Sequence sequence, Gateway reference, Gateway subject)
      throws IOException {
    Sequence.Expectation expectation = sequence.expectation().orElseThrow();
    List<String> answers = new ArrayList<>();
    for (Step step : sequence.steps()) {
      answers.add(subject.send(step));
    }
    List<String> statuses = expectation.statuses().stream().map(Object::toString).toList();
    assertEquals(statuses, answers, () -> sequence.steps() + ": " + expectation.reason());
    for (Step step : expectation.asAfter()) {
      reference.send(step);
    }
    Exposition expected = reference.pushed().and(Exposition.parse(expectation.alsoExposed()));
    assertEquals(
        expected.canonical(sequence.withHelp()),
        subject.pushed().canonical(sequence.withHelp()),
        () -> sequence.steps() + ": " + expectation.reason());
    if (sequence.withApi() && expectation.alsoExposed().isEmpty()) {
      assertEquals(
          reference.api(), subject.api(), () -> sequence.steps() + ": " + expectation.reason());
    }
  }
}
