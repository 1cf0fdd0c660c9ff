package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.testkit.Seed;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoNumbersTest {
  private static final int RANDOM_CASES = 10_000;

  @ParameterizedTest
  @CsvSource({
    "0.0, 0",
    "-0.0, 0",
    "1.0, 1",
    "-1.0, -1",
    "10.0, 10",
    "999999.0, 999999",
    "-999999.0, -999999",
    "1000000.0, 1e+06",
    "2.1e7, 2.1e+07",
    "123456789.0, 1.23456789e+08",
    "1756047.3, 1.7560473e+06",
    "123456.5, 123456.5",
    "1.5, 1.5",
    "0.1, 0.1",
    "-0.25, -0.25",
    "0.0001, 0.0001",
    "0.00012345, 0.00012345",
    "0.00001, 1e-05",
    "0.0000001, 1e-07",
    "2.0E-3, 0.002",
    "1e100, 1e+100",
    "1e-100, 1e-100",
    "1e22, 1e+22",
    "1.0E23, 1e+23",
    "2.0E23, 2e+23",
    "9007199254740993, 9.007199254740992e+15",
    "5.684341886080801486968994140625E-14, 5.684341886080802e-14",
    "4.9E-324, 5e-324",
    "8.9E-323, 9e-323",
    "2.2250738585072014E-308, 2.2250738585072014e-308",
    "2.225073858507201E-308, 2.225073858507201e-308",
    "1.7976931348623157E308, 1.7976931348623157e+308",
    "-1.7976931348623157E308, -1.7976931348623157e+308",
    "1125899906842624.25, 1.1258999068426242e+15",
    "1125899906842624.75, 1.1258999068426248e+15",
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf",
  })
  void format_isWhatGoWrites(double value, String expected) {
    assertEquals(expected, GoNumbers.format(value));
  }

  @Test
  void format_anyBitPattern_isShortestAndClosest() {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    for (int i = 0; i < RANDOM_CASES; i++) {
      assertShortest(Double.longBitsToDouble(random.nextLong()), seed);
    }
  }

  @Test
  void format_neighboursOfPowers_areShortestAndClosest() {
    for (int exponent = -1074; exponent < 1024; exponent++) {
      double power = Math.scalb(1.0, exponent);
      assertShortest(power, 0);
      assertShortest(Math.nextUp(power), 0);
      assertShortest(Math.nextDown(power), 0);
    }
    for (int exponent = -323; exponent < 309; exponent++) {
      double power = Double.parseDouble("1e" + exponent);
      assertShortest(power, 0);
      assertShortest(Math.nextUp(power), 0);
      assertShortest(Math.nextDown(power), 0);
    }
  }

  @Test
  void format_smallestNumbers_areShortestAndClosest() {
    for (long bits = 1; bits < 2_000; bits++) {
      assertShortest(Double.longBitsToDouble(bits), 0);
    }
  }

  @Test
  void format_shortDecimalsAndIntegers_areShortestAndClosest() {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    for (int i = 0; i < RANDOM_CASES; i++) {
      assertShortest(random.nextInt(1_000_000_000) / 1000.0, seed);
      assertShortest((double) (random.nextLong() >> random.nextInt(64)), seed);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.0, 0",
    "-0.0, 0",
    "42.9, 42",
    "-0.5, 0",
    "-5.5, 18446744073709551611",
    "9223372036854775808, 9223372036854775808",
    "1.5e19, 15000000000000000000",
    "18446744073709551616, 9223372036854775808",
    "1e30, 9223372036854775808",
    "-1e30, 9223372036854775808",
    "NaN, 9223372036854775808",
    "Infinity, 9223372036854775808",
    "-Infinity, 9223372036854775808",
  })
  void toUnsigned_isGosConversionOnAmd64(double value, String expected) {
    assertEquals(expected, Long.toUnsignedString(GoNumbers.toUnsigned(value)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "9007199254740993, 9007199254740992",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, 9223372036854775808",
    "9223372036854776833, 9223372036854777856",
    "18446744073709551615, 18446744073709551616",
  })
  void fromUnsigned_isTheClosestDouble(String value, double expected) {
    assertEquals(expected, GoNumbers.fromUnsigned(Long.parseUnsignedLong(value)));
  }

  private static void assertShortest(double value, long seed) {
    if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
      return;
    }
    String text = GoNumbers.format(value);
    if (Double.parseDouble(text) != value) {
      fail(text + " does not read back as " + value + "; " + Seed.message(seed));
    }
    BigDecimal expected = shortest(new BigDecimal(value), value);
    if (expected.compareTo(new BigDecimal(text)) != 0) {
      fail("expected " + expected + ", got " + text + "; " + Seed.message(seed));
    }
  }

  /**
   * The same by trying: of the decimals with as few digits as possible the closest, and of two such
   * the even one.
   */
  private static BigDecimal shortest(BigDecimal exact, double value) {
    for (int digits = 1; digits <= 17; digits++) {
      BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (nearest.doubleValue() == value) {
        return nearest;
      }
      // Below a power of two the interval is narrower than above it: the second nearest may be
      // inside alone.
      BigDecimal up = exact.round(new MathContext(digits, RoundingMode.UP));
      BigDecimal down = exact.round(new MathContext(digits, RoundingMode.DOWN));
      BigDecimal other = nearest.compareTo(up) == 0 ? down : up;
      if (other.doubleValue() == value) {
        return other;
      }
    }
    throw new AssertionError("17 digits are always enough: " + exact);
  }
}
