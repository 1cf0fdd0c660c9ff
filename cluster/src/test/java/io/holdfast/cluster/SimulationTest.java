package io.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.SimulatedNode.Mutation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many seeds of the {@link Simulation}. More of them: {@code scripts/simulate}; one of them again:
 * {@code -Dholdfast.simulation.seed=N -Dholdfast.simulation.seeds=1}.
 */
final class SimulationTest {
  private static final long FIRST = Long.getLong("holdfast.simulation.seed", 1);
  private static final long SEEDS = Long.getLong("holdfast.simulation.seeds", 1000);
  private static final long MUTATED_SEEDS = 300;
  private static final long ENOUGH_FOR_AVERAGES = 100;

  @Test
  void cluster_underFaults_losesNothingAndBringsNothingBack() {
    long acknowledged = 0;
    long vouched = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Simulation simulation = new Simulation(seed, Mutation.NONE);
      try {
        simulation.run();
      } catch (Simulation.Violation e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      acknowledged += simulation.acknowledged;
      vouched += simulation.vouched;
    }
    if (SEEDS >= ENOUGH_FOR_AVERAGES) {
      // Faults without work in between would prove nothing.
      assertTrue(acknowledged >= 50 * SEEDS, "acknowledged: " + acknowledged);
      assertTrue(vouched >= 100 * SEEDS, "vouched: " + vouched);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void brokenRule_isFound(Mutation mutation) {
    for (long seed = FIRST; seed < FIRST + MUTATED_SEEDS; seed++) {
      try {
        new Simulation(seed, mutation).run();
      } catch (Simulation.Violation found) {
        return;
      }
    }
    throw new AssertionError(mutation + " was not found in " + MUTATED_SEEDS + " seeds");
  }
}
