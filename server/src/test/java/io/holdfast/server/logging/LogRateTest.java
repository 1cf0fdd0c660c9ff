package io.holdfast.server.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LogRateTest {
  private long now = 1;
  private final LogRate rate = new LogRate(() -> now);

  @Test
  void oneClient_isHeardAFewTimes_thenCounted_thenHeardAgain() {
    for (int i = 0; i < LogRate.LINES_PER_CLIENT; i++) {
      assertEquals(OptionalLong.of(0), rate.admit("a", "h"));
    }
    assertEquals(OptionalLong.empty(), rate.admit("a", "h"));
    assertEquals(OptionalLong.empty(), rate.admit("a", "h"));
    assertEquals(OptionalLong.of(0), rate.admit("b", "h"));

    now += LogRate.WINDOW.toNanos();
    assertEquals(OptionalLong.of(2), rate.admit("a", "h"));
    assertEquals(OptionalLong.of(0), rate.admit("a", "h"));
  }

  @Test
  void anotherClient_isHeardWhileOneIsNot_andTellsTheCount() {
    for (int i = 0; i < LogRate.LINES_PER_CLIENT + 3; i++) {
      rate.admit("a", "loud");
    }
    assertEquals(OptionalLong.of(3), rate.admit("a", "quiet"));
  }

  @Test
  void manyClients_areBoundedTogether() {
    int heard = 0;
    for (int i = 0; i < 100_000; i++) {
      heard += rate.admit("a", "host" + i).isPresent() ? 1 : 0;
    }
    assertEquals(LogRate.LINES_OF_ALL, heard);
    now += LogRate.WINDOW.toNanos();
    assertTrue(rate.admit("a", "host1").orElseThrow() > 99_000);
  }
}
