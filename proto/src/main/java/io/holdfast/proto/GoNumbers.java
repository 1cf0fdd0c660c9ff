package io.holdfast.proto;

import java.nio.charset.StandardCharsets;

/**
 * The numbers of the exposition formats, written as Go writes them: shortest digits, {@code 1e+06},
 * {@code +Inf}.
 */
public final class GoNumbers {
  /** The most bytes of a number. */
  static final int MAX_LENGTH = 24;

  private static final double TWO_TO_63 = 0x1p63;
  private static final byte[] NOT_A_NUMBER = {'N', 'a', 'N'};
  private static final byte[] POSITIVE_INFINITY = {'+', 'I', 'n', 'f'};
  private static final byte[] NEGATIVE_INFINITY = {'-', 'I', 'n', 'f'};

  private GoNumbers() {}

  /**
   * Returns the shortest decimal that reads back as {@code value}, in plain form for exponents from
   * -4 to 5 and else with a signed exponent of at least two digits. Both zeros are {@code 0}; other
   * values are {@code NaN}, {@code +Inf} or {@code -Inf}.
   */
  public static String format(double value) {
    byte[] bytes = new byte[MAX_LENGTH];
    return new String(bytes, 0, write(value, bytes, 0), StandardCharsets.ISO_8859_1);
  }

  /**
   * Writes what {@link #format} returns into {@code bytes} from {@code start} on and returns where
   * it ends.
   */
  static int write(double value, byte[] bytes, int start) {
    if (Double.isNaN(value)) {
      return writeAll(NOT_A_NUMBER, bytes, start);
    }
    if (Double.isInfinite(value)) {
      return writeAll(value > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY, bytes, start);
    }
    int position = start;
    if (value < 0) {
      bytes[position++] = '-';
    }
    double magnitude = Math.abs(value);
    int whole = (int) magnitude;
    if (whole == magnitude && whole < 1_000_000) {
      int length = decimalLength(whole);
      writeDigits(whole, length, bytes, position);
      return position + length;
    }
    return writeDecimal(
        ShortestDecimal.digits(magnitude), ShortestDecimal.exponent(magnitude), bytes, position);
  }

  /** Writes an integer in decimal and returns where it ends. */
  static int write(long value, byte[] bytes, int start) {
    byte[] digits = Long.toString(value).getBytes(StandardCharsets.ISO_8859_1);
    return writeAll(digits, bytes, start);
  }

  /**
   * Converts a float64 to a uint64 as Go does on amd64: fractions are cut, negative numbers wrap
   * around, and numbers beyond both ranges become 2^63.
   */
  static long toUnsigned(double value) {
    if (value < TWO_TO_63) {
      return (long) value;
    }
    double rest = value - TWO_TO_63;
    return rest < TWO_TO_63 ? (long) rest | Long.MIN_VALUE : Long.MIN_VALUE;
  }

  /** Returns the double closest to an unsigned integer. */
  static double fromUnsigned(long value) {
    // The bit shifted out is kept sticky, so that the rounding of the half is that of the whole.
    return value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
  }

  private static int writeDecimal(long decimal, int exponent, byte[] bytes, int start) {
    long digits = decimal;
    int scale = exponent;
    while (digits % 10 == 0) {
      digits /= 10;
      scale++;
    }
    int length = decimalLength(digits);
    // The exponent of d.ddd * 10^scientific.
    int scientific = scale + length - 1;
    if (scientific < -4 || scientific >= 6) {
      return writeScientific(digits, length, scientific, bytes, start);
    }
    if (scale >= 0) {
      writeDigits(digits, length, bytes, start);
      return fillZeros(bytes, start + length, scale);
    }
    if (scientific >= 0) {
      return writeWithPoint(digits, length, scientific + 1, bytes, start);
    }
    bytes[start] = '0';
    bytes[start + 1] = '.';
    int position = fillZeros(bytes, start + 2, -scientific - 1);
    writeDigits(digits, length, bytes, position);
    return position + length;
  }

  private static int writeScientific(
      long digits, int length, int exponent, byte[] bytes, int start) {
    int position = start + 1;
    if (length == 1) {
      bytes[start] = (byte) ('0' + digits);
    } else {
      position = writeWithPoint(digits, length, 1, bytes, start);
    }
    bytes[position++] = 'e';
    bytes[position++] = (byte) (exponent < 0 ? '-' : '+');
    int magnitude = Math.abs(exponent);
    int exponentLength = magnitude < 100 ? 2 : 3;
    writeDigits(magnitude, exponentLength, bytes, position);
    return position + exponentLength;
  }

  private static int writeWithPoint(
      long digits, int length, int wholeLength, byte[] bytes, int start) {
    writeDigits(digits, length, bytes, start + 1);
    System.arraycopy(bytes, start + 1, bytes, start, wholeLength);
    bytes[start + wholeLength] = '.';
    return start + length + 1;
  }

  private static int fillZeros(byte[] bytes, int start, int count) {
    for (int i = 0; i < count; i++) {
      bytes[start + i] = '0';
    }
    return start + count;
  }

  private static void writeDigits(long value, int length, byte[] bytes, int start) {
    long rest = value;
    for (int i = start + length - 1; i >= start; i--) {
      long quotient = rest / 10;
      bytes[i] = (byte) ('0' + (rest - quotient * 10));
      rest = quotient;
    }
  }

  private static int decimalLength(long value) {
    int length = 1;
    for (long limit = 10; length < 18 && value >= limit; limit *= 10) {
      length++;
    }
    return length;
  }

  private static int writeAll(byte[] source, byte[] bytes, int start) {
    System.arraycopy(source, 0, bytes, start, source.length);
    return start + source.length;
  }
}
