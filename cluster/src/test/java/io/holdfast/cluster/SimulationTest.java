package io.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Many seeds of the {@link Simulation}. More of them: {@code scripts/simulate}; one of them again:
 * {@code -Dholdfast.simulation.seed=N -Dholdfast.simulation.seeds=1}.
 */
final class SimulationTest {
  private static final long FIRST = Long.getLong("holdfast.simulation.seed", 1);
  private static final long SEEDS = Long.getLong("holdfast.simulation.seeds", 1000);
  private static final long ENOUGH_FOR_AVERAGES = 100;

  @Test
  void cluster_underFaults_losesNothingAndBringsNothingBack() {
    long acknowledged = 0;
    long vouched = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Simulation simulation = new Simulation(seed);
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
}
