package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Generated requests to the real Pushgateway and to Holdfast: statuses, redirects, error texts and
 * scrapes must be the same, but for {@link KnownDifference}s. More of them: {@code scripts/fuzz};
 * one of them again: {@code -Dholdfast.fuzz.seed=N -Dholdfast.fuzz.count=1}.
 */
final class FuzzIT {
  private static final long FIRST = Long.getLong("holdfast.fuzz.seed", 1);
  private static final long COUNT = Long.getLong("holdfast.fuzz.count", 300);
  private static final long ENOUGH_FOR_AVERAGES = 100;
  private static final long UNTIL_A_MISTAKE_IS_FOUND = 300;
  private static final int TRIES_TO_SHRINK = 500;

  @RegisterExtension static final Processes processes = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess holdfast;

  @BeforeAll
  static void start() throws IOException {
    holdfast = processes.holdfast(directory, "--web.enable-admin-api");
  }

  @Test
  void sequences_areAnsweredAsByThePushgateway() throws IOException {
    try (Comparison comparison = comparison(UnaryOperator.identity())) {
      for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
        List<Step> steps = RandomSequences.of(seed);
        Optional<String> difference = comparison.difference(steps);
        if (difference.isPresent()) {
          fail(report(seed, steps, difference.get(), comparison));
        }
      }
      System.err.println(comparison);
      if (COUNT >= ENOUGH_FOR_AVERAGES) {
        // To be alike in nothing but refusals, or to skip all that is known, would prove nothing.
        assertTrue(comparison.accepted() > COUNT, comparison::toString);
        assertTrue(comparison.refused() > COUNT / 2, comparison::toString);
        assertTrue(comparison.scrapes() > 0.9 * COUNT, comparison::toString);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mistake_isFound(Mistake mistake) throws IOException {
    try (Comparison comparison = comparison(mistake::instead)) {
      for (long seed = FIRST; seed < FIRST + UNTIL_A_MISTAKE_IS_FOUND; seed++) {
        if (comparison.difference(RandomSequences.of(seed)).isPresent()) {
          return;
        }
      }
    }
    fail(mistake + " was not found from seed " + FIRST + " on");
  }

  private static Comparison comparison(UnaryOperator<Step> mistake) throws IOException {
    return new Comparison(processes::pushgateway, holdfast, mistake);
  }

  private static String report(
      long seed, List<Step> steps, String difference, Comparison comparison) {
    List<Step> least =
        new Shrinker(smaller -> comparison.difference(smaller).isPresent(), TRIES_TO_SHRINK)
            .shrink(steps);
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(seed).append(" (again: scripts/fuzz ").append(seed).append(")\n");
    text.append(difference).append("\nThe least that differs:\n");
    least.forEach(step -> text.append("  ").append(step).append('\n'));
    comparison.difference(least).ifPresent(text::append);
    return text.toString();
  }

  /** What the subject might get wrong. */
  private enum Mistake {
    POST_REPLACES,
    DELETE_DELETES_ANOTHER,
    LAST_BYTE_IS_LOST,
    TYPES_ARE_FORGOTTEN;

    /** The step as it is understood. */
    Step instead(Step step) {
      byte[] body = step.body().toByteArray();
      return switch (this) {
        case POST_REPLACES ->
            step.method().equals("POST")
                ? new Step("PUT", step.target(), step.headers(), step.body(), step.chunked())
                : step;
        case DELETE_DELETES_ANOTHER ->
            step.method().equals("DELETE") ? Step.delete(step.target() + "/x/y") : step;
        case LAST_BYTE_IS_LOST -> step.withBody(Arrays.copyOf(body, Math.max(0, body.length - 1)));
        case TYPES_ARE_FORGOTTEN ->
            step.withBody(
                new String(body, StandardCharsets.ISO_8859_1)
                    .replace("# TYPE", "#")
                    .getBytes(StandardCharsets.ISO_8859_1));
      };
    }
  }
}
