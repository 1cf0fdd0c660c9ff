package io.holdfast.proto;

import java.math.BigInteger;

/**
 * The shortest decimal that reads back as a given double, and of the shortest the closest to it.
 *
 * <p>The method is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles"). With the
 * double {@code v = c * 2^q}, every decimal between the midpoints to its two neighbours reads back
 * as v. Choose the {@code k} for which {@code 10^k} is just below the width of that interval: then
 * a multiple of {@code 10^k} is inside for sure, and of {@code 10^(k+1)} at most one. So four
 * candidates are enough: the multiples of {@code 10^(k+1)} and of {@code 10^k} on both sides of v.
 *
 * <p>The candidates are compared with v and the midpoints after scaling all by {@code 10^-k}, in
 * integers that carry two fraction bits. The scaling multiplies by a 126 bit power of ten rounded
 * up; the product is cut to an integer whose last bit is sticky (it is set when anything was cut
 * off). The paper proves that the comparisons come out as if they were exact.
 *
 * <p>JDK 17's own {@code Double.toString} is not always shortest (JDK-4511638), hence this class.
 */
final class ShortestDecimal {
  private static final int FRACTION_BITS = 52;
  private static final long FRACTION_MASK = (1L << FRACTION_BITS) - 1;
  private static final int LOWEST_Q = -1074;
  private static final int LOWEST_POWER = -292;
  private static final int HIGHEST_POWER = 324;
  private static final long LOW_63 = Long.MAX_VALUE;

  /** For each power of ten the upper and the lower 63 bits of its 126 leading bits, rounded up. */
  private static final long[] POWERS = powers();

  private ShortestDecimal() {}

  /**
   * Returns the decimal's exponent for a positive finite {@code value}. The decimal is {@code
   * digits(value) * 10^exponent(value)}.
   */
  static int exponent(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int q = q(bits);
    return isPowerOfTwo(bits, q) ? log10OfThreeQuarters(q) : log10(q);
  }

  /**
   * Returns the decimal's digits for a positive finite {@code value}, possibly with zeros at the
   * end; below 10^18.
   */
  static long digits(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int q = q(bits);
    long c = c(bits);
    boolean narrowBelow = isPowerOfTwo(bits, q);
    int k = narrowBelow ? log10OfThreeQuarters(q) : log10(q);

    int shift = q + log2OfTenTo(-k) + 2;
    int index = (-k - LOWEST_POWER) << 1;
    long high = POWERS[index];
    long low = POWERS[index + 1];
    long exact = scaled(high, low, (c << 2) << shift);
    long lower = scaled(high, low, ((c << 2) - (narrowBelow ? 1 : 2)) << shift);
    long upper = scaled(high, low, ((c << 2) + 2) << shift);
    // The midpoints themselves read back as v when its last bit is even, since ties go to even.
    long open = c & 1;
    return choose(exact, lower + open, upper - open);
  }

  /**
   * Returns the candidate to print. All arguments carry two fraction bits; the interval is closed.
   */
  private static long choose(long exact, long lower, long upper) {
    long floor = exact >> 2;
    if (floor >= 10) {
      long tens = floor / 10 * 10;
      boolean tensInside = lower <= tens << 2;
      boolean nextTensInside = (tens + 10) << 2 <= upper;
      if (tensInside != nextTensInside) {
        return tensInside ? tens : tens + 10;
      }
    }
    boolean floorInside = lower <= floor << 2;
    boolean ceilingInside = (floor + 1) << 2 <= upper;
    if (floorInside != ceilingInside) {
      return floorInside ? floor : floor + 1;
    }
    long aboveMiddle = exact - ((floor << 2) + 2);
    return aboveMiddle < 0 || (aboveMiddle == 0 && (floor & 1) == 0) ? floor : floor + 1;
  }

  /** Returns {@code (high * 2^63 + low) * factor / 2^126}, its last bit sticky. */
  private static long scaled(long high, long low, long factor) {
    long fromLow = Math.multiplyHigh(low, factor);
    long middle = ((high * factor) >>> 1) + fromLow;
    long top = Math.multiplyHigh(high, factor) + (middle >>> 63);
    return top | (((middle & LOW_63) + LOW_63) >>> 63);
  }

  private static int q(long bits) {
    int biased = (int) (bits >>> FRACTION_BITS) & 0x7ff;
    return Math.max(biased, 1) - 1 + LOWEST_Q;
  }

  private static long c(long bits) {
    long fraction = bits & FRACTION_MASK;
    return bits >>> FRACTION_BITS == 0 ? fraction : fraction | (1L << FRACTION_BITS);
  }

  /** Returns whether the neighbour below is only half as far away as the neighbour above. */
  private static boolean isPowerOfTwo(long bits, int q) {
    return (bits & FRACTION_MASK) == 0 && q > LOWEST_Q;
  }

  /** Returns floor(log10(2^q)). */
  private static int log10(int q) {
    return (int) ((q * 661_971_961_083L) >> 41);
  }

  /** Returns floor(log10(3/4 * 2^q)). */
  private static int log10OfThreeQuarters(int q) {
    return (int) ((q * 661_971_961_083L - 274_743_187_321L) >> 41);
  }

  /** Returns floor(log2(10^power)). */
  private static int log2OfTenTo(int power) {
    return (int) ((power * 913_124_641_741L) >> 38);
  }

  private static long[] powers() {
    long[] powers = new long[(HIGHEST_POWER - LOWEST_POWER + 1) * 2];
    for (int power = LOWEST_POWER; power <= HIGHEST_POWER; power++) {
      int shift = 125 - log2OfTenTo(power);
      BigInteger ten = BigInteger.TEN.pow(Math.abs(power));
      BigInteger leading;
      if (power < 0) {
        leading = BigInteger.ONE.shiftLeft(shift).divide(ten);
      } else {
        leading = shift >= 0 ? ten.shiftLeft(shift) : ten.shiftRight(-shift);
      }
      BigInteger rounded = leading.add(BigInteger.ONE);
      int index = (power - LOWEST_POWER) << 1;
      powers[index] = rounded.shiftRight(63).longValueExact();
      powers[index + 1] = rounded.and(BigInteger.valueOf(LOW_63)).longValueExact();
    }
    return powers;
  }
}
