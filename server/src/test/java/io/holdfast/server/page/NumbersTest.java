package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, 0",
    "42, 42",
    "1e6, 1000000",
    "1795371318.668153, 1795371318.668153",
    "0.000001, 0.000001",
    "1e-7, 1e-07",
    "-2.5, -2.5",
    "1e15, 1e+15",
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf"
  })
  void value_hasAllDigits(double value, String shown) {
    assertEquals(shown, Numbers.value(value));
  }

  @Test
  void bound_isRounded() {
    assertEquals("1.41421", Numbers.bound(Math.sqrt(2)));
    assertEquals("+Inf", Numbers.bound(Double.POSITIVE_INFINITY));
  }

  @Test
  void counts_areForPeople() {
    assertEquals("1 group", Numbers.counted(1, "group"));
    assertEquals("50,000 groups", Numbers.counted(50_000, "group"));
    assertEquals("2 series", Numbers.counted(2, "series"));
    assertEquals("18446744073709551615", Numbers.count(-1));
    assertEquals("1023 bytes", Numbers.bytes(1023));
    assertEquals("1.5 KiB", Numbers.bytes(1536));
    assertEquals("45 GiB", Numbers.bytes(48_318_382_080L));
  }
}
