package io.holdfast.server.api;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The upper bounds of a native histogram's positive buckets: powers of 2^(2^-schema). To the last
 * bit those of Prometheus, whose tables were made by repeated multiplication and differ from the
 * nearest doubles.
 */
final class NativeBounds {
  /** Bounds are given by the one who observes, and not sent to us. */
  static final int CUSTOM_SCHEMA = -53;

  private static final int MAX_TABLE_SCHEMA = 8;

  /** 2^(2^-schema), by schema from 1; the first of them is not the nearest double. */
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

  /** By schema: the bounds in [0.5, 1). */
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
   * @param index of the bucket of which this is the upper bound
   */
  static double of(int index, int schema) {
    if (schema == CUSTOM_SCHEMA) {
      return custom(index);
    }
    if (schema <= 0) {
      // Beyond these the result is 0 or infinite anyway.
      long exponent = (long) index << Math.min(-schema, 31);
      return power((int) Math.max(-5000, Math.min(5000, exponent)), 1);
    }
    if (schema > MAX_TABLE_SCHEMA) {
      return Math.pow(2, Math.scalb((double) index, -schema));
    }
    double fraction = TABLES.get(schema)[index & ((1 << schema) - 1)];
    return power((index >> schema) + 1, fraction);
  }

  /** The bucket before that of the infinities ends at the largest number, and not beyond it. */
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
