package io.holdfast.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The room for requests to one peer that are not yet answered. */
final class InFlightLimitTest {
  private final InFlightLimit limit = new InFlightLimit(2, 100);

  @Test
  void requestBeyondTheCount_doesNotEnter() {
    assertTrue(limit.tryEnter(1));
    assertTrue(limit.tryEnter(1));
    assertFalse(limit.tryEnter(1));
  }

  @Test
  void requestBeyondTheBytes_doesNotEnter_butASmallerOneDoes() {
    assertTrue(limit.tryEnter(60));
    assertFalse(limit.tryEnter(41));
    assertTrue(limit.tryEnter(40));
  }

  @Test
  void refusedRequest_takesNoRoom() {
    assertFalse(limit.tryEnter(101));
    assertTrue(limit.tryEnter(100));
  }

  @Test
  void requestThatLeaves_givesItsRoomBack() {
    assertTrue(limit.tryEnter(50));
    assertTrue(limit.tryEnter(50));
    limit.leave(50);
    assertTrue(limit.tryEnter(50));
    assertFalse(limit.tryEnter(0));
  }
}
