package io.holdfast.testkit;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The seeds of generated tests. {@code -Dholdfast.test.seed=42} sets another first seed. */
public final class Seed {
  private static final long BASE = Long.getLong("holdfast.test.seed", 20_261_122L);

  private Seed() {}

  /** Returns the seed of one case. Case 0 has the first seed itself. */
  public static long ofCase(int number) {
    return BASE + number;
  }

  public static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Returns the words for assertion messages that say how to play the case again. */
  public static String message(long seed) {
    return "replay as the first case with -Dholdfast.test.seed=" + seed;
  }
}
