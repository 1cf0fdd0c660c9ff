package io.holdfast.server.gocompat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S, 0s",
    "0s, PT0S, 0s",
    "5m, PT5M, 5m0s",
    "1h30m, PT1H30M, 1h30m0s",
    "1.5s, PT1.5S, 1.5s",
    ".5s, PT0.5S, 500ms",
    "100ms, PT0.1S, 100ms",
    "1m0.25s, PT1M0.25S, 1m0.25s",
    "1500us, PT0.0015S, 1.5ms",
    "7d, PT168H, 168h0m0s",
    "3ns, PT0.000000003S, 3ns",
    "1500ns, PT0.0000015S, 1.5\u00b5s",
  })
  void parseAndFormat(String text, Duration duration, String formatted) {
    assertEquals(duration, GoDuration.parse(text));
    assertEquals(formatted, GoDuration.format(duration));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "m", "5 m", "-5m", "5m ", "5x", "1.2.3s", "300000d", ".s"})
  void parse_notADuration_namesIt(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> GoDuration.parse(text));
    assertTrue(e.getMessage().startsWith("\"" + text + "\" (expected: "), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"PT-1M30S, -30s", "PT-2H, -2h0m0s"})
  void format_negative(Duration duration, String formatted) {
    assertEquals(formatted, GoDuration.format(duration));
  }
}
