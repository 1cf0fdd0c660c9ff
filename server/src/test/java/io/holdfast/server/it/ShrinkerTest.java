package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShrinkerTest {
  @Test
  void shrink_leavesTheStepsAndBytesThatMatter() {
    List<Step> failing =
        List.of(
            Step.put("/metrics/job/a", "m 1\n"),
            Step.delete("/metrics/job/a"),
            Step.put("/metrics/job/b", "some text with a needle in it, and a pin\n"),
            Step.post("/metrics/job/c", "n 2\n"));

    List<Step> least = new Shrinker(ShrinkerTest::hasANeedleAfterADelete, 1000).shrink(failing);

    assertEquals(
        List.of(Step.delete("/metrics/job/a"), Step.put("/metrics/job/b", "needlepin")), least);
  }

  @Test
  void shrink_stopsAfterTheTries() {
    List<Step> asked = new ArrayList<>();
    List<Step> failing = List.of(Step.put("/metrics/job/a", "x".repeat(1000)));

    new Shrinker(
            steps -> {
              asked.addAll(steps);
              return false;
            },
            7)
        .shrink(failing);

    assertTrue(asked.size() <= 7, asked::toString);
  }

  @Test
  void sequences_ofOneSeed_areTheSame() {
    assertEquals(RandomSequences.of(42), RandomSequences.of(42));
    assertNotEquals(RandomSequences.of(42), RandomSequences.of(43));
  }

  private static boolean hasANeedleAfterADelete(List<Step> steps) {
    boolean isDeleted = false;
    for (Step step : steps) {
      String body = step.body().toStringUtf8();
      if (isDeleted && body.contains("needle") && body.contains("pin")) {
        return true;
      }
      isDeleted |= step.method().equals("DELETE");
    }
    return false;
  }
}
