package io.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeBoundsTest {
  /** From Prometheus, which knows nothing of custom bounds that were not sent. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1.0",
    "1, 0, 2.0",
    "-1, 0, 0.5",
    "1, 1, 1.414213562373095",
    "-1, 1, 0.7071067811865475",
    "3, 2, 1.6817928305074288",
    "31, 5, 1.9571441241753998",
    "19, 5, 1.5091644275934224",
    "255, 8, 1.9945921121709396",
    "129, 8, 1.4180478843204152",
    "-1, 8, 0.9972960560854698",
    "1, -1, 4.0",
    "2, -4, 4294967296.0",
    "64, -4, 1.7976931348623157E308",
    "65, -4, Infinity",
    "1024, 0, 1.7976931348623157E308",
    "1025, 0, Infinity",
    "2048, 1, 1.7976931348623157E308",
    "-2000, 0, 0.0",
    "2147483647, -9, Infinity",
    "512, 9, 2.0",
    "-1, -53, -Infinity",
    "0, -53, Infinity"
  })
  void bound_isThatOfPrometheus(int index, int schema, double expected) {
    assertEquals(expected, NativeBounds.of(index, schema));
  }
}
