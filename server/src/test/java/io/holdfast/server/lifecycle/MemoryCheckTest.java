package io.holdfast.server.lifecycle;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryCheckTest {
  private static MemoryCheck check(long heapMebibytes, long totalMebibytes) {
    return new MemoryCheck(heapMebibytes << 20, totalMebibytes << 20);
  }

  @Test
  void tooSmallContainer_isRefused_withTheFigureThatWorks() {
    assertDoesNotThrow(() -> check(25, 128).requireRoom());

    StartException refused = assertThrows(StartException.class, () -> check(25, 127).requireRoom());

    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("is 127 MiB (expected: at least 128 MiB"), message);
  }

  @ParameterizedTest
  @CsvSource({"25, 128, false", "128, 256, false", "160, 256, false", "161, 256, true"})
  void heapThatLeavesTooLittle_isWarnedOf(long heap, long total, boolean isWarnedOf) {
    assertEquals(isWarnedOf, check(heap, total).warning().isPresent());
  }
}
