package io.holdfast.server.page;

import io.holdfast.proto.GoNumbers;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** The form of numbers on the page. */
final class Numbers {
  private static final double PLAIN_MIN = 1e-6;
  private static final double PLAIN_MAX = 1e15;
  private static final MathContext BOUND = new MathContext(6);

  private Numbers() {}

  /** Returns all digits. A number with many zeros gets an exponent. */
  static String value(double value) {
    double magnitude = Math.abs(value);
    if (value == 0 || magnitude < PLAIN_MIN || !(magnitude < PLAIN_MAX)) {
      return GoNumbers.format(value);
    }
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** Returns a computed bound without its last digits, which are inexact. */
  static String bound(double value) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? GoNumbers.format(value)
        : value(BigDecimal.valueOf(value).round(BOUND).doubleValue());
  }

  /** Returns an unsigned number. */
  static String count(long value) {
    return Long.toUnsignedString(value);
  }

  /** Returns a number with separators: {@code 50,000}. */
  static String grouped(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Returns a number with its unit, such as {@code 1 group} or {@code 50,000 groups}. */
  static String counted(long count, String unit) {
    return grouped(count) + " " + unit + (count == 1 || unit.equals("series") ? "" : "s");
  }

  static String bytes(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " bytes";
    }
    double amount = bytes;
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    int unit = -1;
    while (amount >= 1024 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, amount < 10 ? "%.1f %s" : "%.0f %s", amount, units[unit]);
  }
}
