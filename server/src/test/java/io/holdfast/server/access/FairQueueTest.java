package io.holdfast.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final FairQueue<String> queue = new FairQueue<>(5, 3);

  @Test
  void senders_takeTurns() {
    queue.offer("a", "a1");
    queue.offer("a", "a2");
    queue.offer("a", "a3");
    queue.offer("b", "b1");

    assertEquals("a1", queue.poll());
    assertEquals("b1", queue.poll());
    queue.offer("c", "c1");
    assertEquals("a2", queue.poll());
    assertEquals("c1", queue.poll());
    assertEquals("a3", queue.poll());
    assertNull(queue.poll());
    assertEquals(0, queue.size());
  }

  @Test
  void size_isBounded_ofEachAndOfAll() {
    assertTrue(queue.offer("a", "1"));
    assertTrue(queue.offer("a", "2"));
    assertTrue(queue.offer("a", "3"));
    assertFalse(queue.offer("a", "4"));
    assertTrue(queue.offer("b", "5"));
    assertTrue(queue.offer("c", "6"));
    assertFalse(queue.offer("d", "7"));

    queue.poll();

    assertTrue(queue.offer("d", "8"));
    assertEquals(5, queue.size());
  }
}
