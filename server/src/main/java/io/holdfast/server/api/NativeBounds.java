package io.holdfast.server.api;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The upper bounds of a native histogram's positive buckets: powers of 2^(2^-schema). They equal
 * Prometheus's bounds to the last bit. Prometheus made its tables by repeated multiplication, so
 * its bounds differ from the nearest doubles.
 */
final class NativeBounds {
  /**
   * The schema of custom buckets. Only the observing program knows their bounds, and pushes do not
   * contain them.
   */
  static final int CUSTOM_SCHEMA = -53;

  private static final int MAX_TABLE_SCHEMA = 8;

  /** 2^(2^-schema), by schema from 1. The first value is not the nearest double. */
  private static final double[] FACTORS = {
    1.414213562373095,
    1.189207115002721,
    1.0905077326652577,
    1.0442737824274138,
    1.0218971486541166,
    1.0108892860517005,
    1.0054299011128027,
    1.0027112750502025,
  };

  /** The bounds in [0.5, 1), by schema. */
  private static final List<double[]> TABLES =
      IntStream.rangeClosed(0, MAX_TABLE_SCHEMA).mapToObj(NativeBounds::table).toList();

  private NativeBounds() {}

  private static double[] table(int schema) {
    double[] bounds = {0.5};
    for (int finer = 1; finer <= schema; finer++) {
      double[] coarse = bounds;
      bounds = new double[2 * coarse.length];
      for (int i = 0; i < coarse.length; i++) {
        bounds[2 * i] = coarse[i];
        bounds[2 * i + 1] = coarse[i] * FACTORS[finer - 1];
      }
    }
    return bounds;
  }

  /**
   * Returns the upper bound of a bucket.
   *
   * @param index of the bucket
   */
  static double of(int index, int schema) {
    if (schema == CUSTOM_SCHEMA) {
      return custom(index);
    }
    if (schema <= 0) {
      // Beyond these exponents the result is 0 or infinite.
      long exponent = (long) index << Math.min(-schema, 31);
      return power((int) Math.max(-5000, Math.min(5000, exponent)), 1);
    }
    if (schema > MAX_TABLE_SCHEMA) {
      return Math.pow(2, Math.scalb((double) index, -schema));
    }
    double fraction = TABLES.get(schema)[index & ((1 << schema) - 1)];
    return power((index >> schema) + 1, fraction);
  }

  /** Returns the power. The bucket before the infinite one ends at the largest number. */
  private static double power(int exponent, double fraction) {
    boolean isLast = fraction == 1 ? exponent == 1024 : fraction == 0.5 && exponent == 1025;
    return isLast ? Double.MAX_VALUE : Math.scalb(fraction, exponent);
  }

  private static double custom(int index) {
    if (index < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return index == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
  }
}
