package io.holdfast.cluster.replication;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The {@link Simulation} finds each planted {@link Mistake}. With {@code
 * -Dholdfast.simulation.search=true} it begins with seed 1 whatever a mistake remembers, and says
 * where it found each.
 */
@Tag("cluster")
@Execution(ExecutionMode.CONCURRENT)
final class MistakesTest {
  private static final boolean SEARCHES = Boolean.getBoolean("holdfast.simulation.search");

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void plantedMistake_isFound(Mistake mistake) throws Exception {
    MistakenClasses classes = new MistakenClasses(mistake);
    long first = SEARCHES ? 1 : mistake.seed;
    for (long seed = first; seed < first + Mistake.SEEDS; seed++) {
      String found = found(classes, seed);
      if (found != null) {
        if (SEARCHES) {
          System.out.println(mistake + " is found with seed " + seed + ": " + found);
        }
        return;
      }
    }
    throw new AssertionError(mistake + " was not found in " + Mistake.SEEDS + " seeds");
  }

  /** What the simulation says, in a line; null if it finds nothing. */
  @SuppressWarnings("CatchingUnchecked")
  static String found(MistakenClasses classes, long seed) throws Exception {
    try {
      classes.play(seed);
      return null;
    } catch (LinkageError e) {
      throw e;
    } catch (Throwable e) {
      return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }
}
