package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FloatReaderTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "-0, -0.0",
    "00012, 12.0",
    "+5, 5.0",
    "5., 5.0",
    ".5, 0.5",
    "-.5e1, -5.0",
    "1e3, 1000.0",
    "1E+03, 1000.0",
    "1e-3, 0.001",
    "0e999999999999, 0.0",
    "1e-999999999999, 0.0",
    "0.000000000000000000000000001, 1e-27",
    "1234567890123456789012, 1234567890123456789012.0",
    "9007199254740993, 9007199254740992.0",
    "1.7976931348623157e308, 1.7976931348623157e308",
    "2.2250738585072011e-308, 2.2250738585072011e-308",
    "4.9e-324, 4.9e-324",
    "inf, Infinity",
    "+Inf, Infinity",
    "-INF, -Infinity",
    "INFINITY, Infinity",
    "-infinity, -Infinity",
    "nAn, NaN",
  })
  void readFloat_takesWhatGoTakes(String text, double expected) {
    assertEquals(expected, FloatReader.readFloat(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "-",
        ".",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1e5.",
        "1.2.3",
        "1d",
        "1f",
        "0x1",
        "0x1p-3",
        "0X1",
        "0b1",
        "0o1",
        "1_2",
        "+NaN",
        "-NaN",
        "infin",
        "infinityy",
        "nano",
        "na",
        "in",
        "++1",
        "1 ",
        " 1",
        "1\r",
        "1e309",
        "-1e309",
        "1.7976931348623159e308",
        "1e99999999999",
        "\u0661",
        "@",
        "1,5"
      })
  void readFloat_refusesWhatGoRefuses(String text) {
    assertThrows(NumberFormatException.class, () -> FloatReader.readFloat(text));
  }

  @Test
  void readFloat_ofWhatIsWritten_isTheSame() {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    for (int i = 0; i < 20_000; i++) {
      double value =
          random.nextBoolean()
              ? Double.longBitsToDouble(random.nextLong())
              : random.nextInt(1_000_000) / 1000.0;
      String text = GoNumbers.format(value);
      assertEquals(value, FloatReader.readFloat(text), () -> text + "; " + Seed.message(seed));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "+5, 5", "-5, -5", "0012, 12", "9223372036854775807, 9223372036854775807"})
  void readInteger_takesWhatGoTakes(String text, long expected) {
    assertEquals(expected, readInteger(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-", "1.0", "1e3", "1_0", "0x1", "9223372036854775808", "\u0661", "²"})
  void readInteger_refusesWhatGoRefuses(String text) {
    assertThrows(NumberFormatException.class, () -> readInteger(text));
  }

  private static long readInteger(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return FloatReader.readInteger(bytes, 0, bytes.length);
  }
}
