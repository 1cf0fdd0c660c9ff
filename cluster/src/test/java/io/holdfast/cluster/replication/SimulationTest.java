package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many seeds of the {@link Simulation}. More of them: {@code scripts/simulate}; one of them again:
 * {@code -Dholdfast.simulation.seed=N -Dholdfast.simulation.seeds=1}.
 */
@Tag("simulation")
final class SimulationTest {
  private static final long FIRST = Long.getLong("holdfast.simulation.seed", 1);
  private static final long SEEDS = Long.getLong("holdfast.simulation.seeds", 200);
  private static final long ENOUGH_FOR_AVERAGES = 100;

  @Test
  void cluster_underFaults_losesNothingAndBringsNothingBack() {
    // A simulation shares nothing with another: each core plays its own.
    Work work =
        LongStream.range(FIRST, FIRST + SEEDS)
            .parallel()
            .mapToObj(SimulationTest::play)
            .reduce(new Work(0, 0), Work::plus);
    if (SEEDS >= ENOUGH_FOR_AVERAGES) {
      // Faults without work in between would prove nothing.
      assertTrue(work.acknowledged >= 50 * SEEDS, work::toString);
      assertTrue(work.vouched >= 100 * SEEDS, work::toString);
    }
  }

  /**
   * Seeds beyond those above that have found a fault: a node that started alone and noted deletes
   * that it had never seen, a scrape over a pause of the machine, pushes that came back after their
   * expiry, and pauses of the machine during which its only peer in touch was started anew.
   */
  @ParameterizedTest
  @ValueSource(longs = {7148, 10927, 1175, 12179, 14254, 19061})
  void seedThatFoundFault_findsNone(long seed) {
    assertTrue(play(seed).acknowledged > 0);
  }

  private static Work play(long seed) {
    Simulation simulation = new Simulation(seed);
    try {
      simulation.run();
    } catch (Violation e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
    return new Work(simulation.acknowledged(), simulation.vouched());
  }

  /** Acknowledged changes, and reads that a node has vouched for. */
  private record Work(long acknowledged, long vouched) {
    Work plus(Work other) {
      return new Work(acknowledged + other.acknowledged, vouched + other.vouched);
    }
  }
}
