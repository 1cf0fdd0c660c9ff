package io.holdfast.cluster.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReplayWindowTest {
  private final ReplayWindow window = new ReplayWindow();

  @Test
  void numbers_areTakenOnce_inAnyOrder() {
    assertTrue(window.take(3));
    assertTrue(window.take(0));
    assertTrue(window.take(5));
    assertTrue(window.take(4));
    assertFalse(window.take(3));
    assertFalse(window.take(0));
    assertFalse(window.take(5));
    assertTrue(window.take(1));
  }

  @Test
  void numbersFarBehind_areNotTaken() {
    assertTrue(window.take(10_000));
    assertFalse(window.take(10_000 - 4096));
    assertTrue(window.take(10_001 - 4096));
    assertFalse(window.take(10_001 - 4096));
    assertFalse(window.take(-1));
  }

  @Test
  void numbersSkipped_areNew_thoughTheirPlacesWereUsed() {
    for (long number = 0; number < 4096; number++) {
      assertTrue(window.take(number));
    }
    assertTrue(window.take(4100));
    assertTrue(window.take(4097));
    assertFalse(window.take(4095));
    assertTrue(window.take(Long.MAX_VALUE - 1));
    assertFalse(window.take(4101));
  }
}
