package io.holdfast.storage;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Where generated tests start. Another start: {@code -Dholdfast.test.seed=42}. */
public final class Seed {
  private static final long BASE = Long.getLong("holdfast.test.seed", 20_261_122L);

  private Seed() {}

  /** The seed of one case; assertion messages name it. Case 0 has the base seed itself. */
  public static long ofCase(int number) {
    return BASE + number;
  }

  public static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  public static String message(long seed) {
    return "replay as the first case with -Dholdfast.test.seed=" + seed;
  }
}
