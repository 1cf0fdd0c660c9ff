package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeadlineTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-31T12:00:00.500Z"));

  @ParameterizedTest
  @ValueSource(
      strings = {"1769860800", "1769860800.4", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"})
  void timeBefore_hasPassed(String text) {
    Deadline deadline = Deadline.parse(text, CLOCK);
    assertTrue(deadline.hasPassed());
    assertTrue(deadline.reason().startsWith("Holdfast-Deadline: 2026-01-31T12:00:00"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1769860801", "1769860800.6", "2026-01-31T12:00:00.501Z"})
  void timeAfter_hasNot(String text) {
    assertFalse(Deadline.parse(text, CLOCK).hasPassed());
  }

  @Test
  void noHeader_neverPasses() {
    assertFalse(Deadline.parse(null, CLOCK).hasPassed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "NaN", "-1", "1e300", "5s", "2026-01-31", "2026-01-31T12:00"})
  void whatIsNoTime_isRefused(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Deadline.parse(text, CLOCK));
    assertEquals(
        "Holdfast-Deadline: \""
            + text
            + "\" (expected: a time in Unix seconds or as in RFC 3339, 2026-01-31T12:00:00Z)",
        refused.getMessage());
  }
}
