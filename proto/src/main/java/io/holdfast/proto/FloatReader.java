package io.holdfast.proto;

import java.nio.charset.StandardCharsets;

/**
 * Reads numbers as upstream's text parser does, which is Go's {@code strconv} without hexadecimal
 * floats and underscores. Both methods throw {@link NumberFormatException} for anything else,
 * without a message: only the caller knows what the number was meant to be.
 */
final class FloatReader {
  private static final double[] EXACT_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private static final int MOST_DIGITS = 18;
  private static final long EXACT_INTEGERS = 1L << 53;
  private static final int FAR_EXPONENT = 100_000;
  private static final String INFINITY = "infinity";
  private static final String NAN = "nan";

  private FloatReader() {}

  /**
   * Reads a decimal, an infinity or NaN in {@code bytes[start, end)}; refuses numbers beyond the
   * range of a double.
   */
  static double readFloat(byte[] bytes, int start, int end) {
    boolean signed = start < end && (bytes[start] == '-' || bytes[start] == '+');
    boolean negative = signed && bytes[start] == '-';
    int position = signed ? start + 1 : start;
    if (position < end && isLetter(bytes[position])) {
      return readWord(bytes, position, end, signed, negative);
    }

    long mantissa = 0;
    int digits = 0;
    int significant = 0;
    int fraction = 0;
    boolean pointSeen = false;
    for (; position < end; position++) {
      int digit = bytes[position] - '0';
      if (digit >= 0 && digit <= 9) {
        digits++;
        fraction += pointSeen ? 1 : 0;
        if (significant > 0 || digit != 0) {
          significant++;
          mantissa = significant <= MOST_DIGITS ? mantissa * 10 + digit : mantissa;
        }
      } else if (bytes[position] == '.' && !pointSeen) {
        pointSeen = true;
      } else {
        break;
      }
    }
    if (digits == 0) {
      throw new NumberFormatException();
    }
    int exponent = position < end ? readExponent(bytes, position, end) : 0;
    if (significant == 0) {
      return negative ? -0.0 : 0.0;
    }
    int scale = exponent - fraction;
    if (significant <= MOST_DIGITS && mantissa <= EXACT_INTEGERS && Math.abs(scale) <= 22) {
      // Both operands are exact, so the one operation rounds correctly.
      double magnitude =
          scale < 0 ? mantissa / EXACT_POWERS[-scale] : mantissa * EXACT_POWERS[scale];
      return negative ? -magnitude : magnitude;
    }
    return readSlowly(bytes, start, end);
  }

  /** Reads a float as {@link #readFloat(byte[], int, int)} does. */
  static double readFloat(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return readFloat(bytes, 0, bytes.length);
  }

  /** Reads a signed 64 bit integer in {@code bytes[start, end)}. */
  static long readInteger(byte[] bytes, int start, int end) {
    // Long.parseLong would take digits of other scripts too, but these are not ASCII.
    return Long.parseLong(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
  }

  private static double readSlowly(byte[] bytes, int start, int end) {
    String text = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw new NumberFormatException();
    }
    return value;
  }

  private static int readExponent(byte[] bytes, int start, int end) {
    if ((bytes[start] | 0x20) != 'e') {
      throw new NumberFormatException();
    }
    int position = start + 1;
    boolean negative = position < end && bytes[position] == '-';
    if (position < end && (negative || bytes[position] == '+')) {
      position++;
    }
    if (position == end) {
      throw new NumberFormatException();
    }
    int exponent = 0;
    for (; position < end; position++) {
      int digit = bytes[position] - '0';
      if (digit < 0 || digit > 9) {
        throw new NumberFormatException();
      }
      exponent = exponent < FAR_EXPONENT ? exponent * 10 + digit : exponent;
    }
    return negative ? -exponent : exponent;
  }

  private static double readWord(
      byte[] bytes, int start, int end, boolean signed, boolean negative) {
    int length = end - start;
    if (!signed && length == NAN.length() && isPrefix(NAN, bytes, start, length)) {
      return Double.NaN;
    }
    boolean isInfinity =
        (length == 3 || length == INFINITY.length()) && isPrefix(INFINITY, bytes, start, length);
    if (!isInfinity) {
      throw new NumberFormatException();
    }
    return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  private static boolean isPrefix(String word, byte[] bytes, int start, int length) {
    for (int i = 0; i < length; i++) {
      if ((bytes[start + i] | 0x20) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(byte character) {
    int lower = character | 0x20;
    return lower >= 'a' && lower <= 'z';
  }
}
