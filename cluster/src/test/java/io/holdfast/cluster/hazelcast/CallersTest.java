package io.holdfast.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallersTest {
  private final Callers<Integer> callers = new Callers<>();

  private void arrive(int from, int count) {
    IntStream.range(from, from + count).forEach(i -> assertNull(callers.arrived(i)));
  }

  @Test
  void oldestInAHandshake_goesForTheNewest() {
    arrive(0, Callers.MAX_GREETING);

    assertEquals(0, callers.arrived(1_000));
    assertEquals(1, callers.arrived(1_001));
    assertFalse(callers.admitted(0));
    assertTrue(callers.admitted(1_000));
  }

  @Test
  void connectionThatIsClosed_makesRoom() {
    arrive(0, Callers.MAX_GREETING);
    callers.gone(7);

    assertNull(callers.arrived(1_000));
  }

  @Test
  void connectionPastItsHandshake_isNoneOfThoseThatGo() {
    arrive(0, Callers.MAX_GREETING);
    assertTrue(callers.admitted(0));

    assertNull(callers.arrived(1_000));
    assertEquals(1, callers.arrived(1_001));
  }

  @Test
  void connectionsPastTheHandshake_areLimitedToo() {
    for (int i = 0; i < Callers.MAX_ADMITTED; i++) {
      arrive(i, 1);
      assertTrue(callers.admitted(i));
    }

    arrive(1_000, 2);
    assertFalse(callers.admitted(1_000));
    callers.gone(0);
    assertTrue(callers.admitted(1_001));
  }
}
