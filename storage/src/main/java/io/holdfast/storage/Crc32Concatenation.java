package io.holdfast.storage;

/**
 * The CRC-32 of a concatenation, from the CRCs of two parts and the length of the second part. The
 * bytes themselves are not needed.
 *
 * <p>Appending n zero bytes to a message multiplies its CRC by x^(8n) modulo the CRC's polynomial
 * over GF(2). The CRC of the second part is then added. Polynomials are bit-reversed, as in CRC-32:
 * x^0 is the highest bit.
 */
final class Crc32Concatenation {
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int ONE = 0x80000000;

  /** The powers x^(8 * 2^i) modulo the polynomial. */
  private static final int[] POWERS = new int[32];

  static {
    int power = ONE >>> 8;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = power;
      power = product(power, power);
    }
  }

  private Crc32Concatenation() {}

  /**
   * Returns the CRC-32 of two parts, one after the other.
   *
   * @param secondLength bytes of the second part
   */
  static int of(int first, int second, int secondLength) {
    int shift = ONE;
    for (int i = 0, rest = secondLength; rest != 0; i++, rest >>>= 1) {
      if ((rest & 1) != 0) {
        shift = product(shift, POWERS[i]);
      }
    }
    return product(shift, first) ^ second;
  }

  private static int product(int one, int other) {
    int result = 0;
    int shifted = other;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((one & bit) != 0) {
        result ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
    }
    return result;
  }
}
