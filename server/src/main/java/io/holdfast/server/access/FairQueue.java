package io.holdfast.server.access;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue with a lane for each sender. The lanes take turns, so that senders of many
 * elements do not delay senders of few. Confined to its owner's lock.
 */
final class FairQueue<T> {
  private final int capacity;
  private final int laneCapacity;
  private final Map<String, Queue<T>> lanes = new LinkedHashMap<>();
  private int size;

  FairQueue(int capacity, int laneCapacity) {
    this.capacity = capacity;
    this.laneCapacity = laneCapacity;
  }

  int size() {
    return size;
  }

  /** Adds an element. Returns false if the sender's lane, or the queue, is full. */
  boolean offer(String sender, T element) {
    Queue<T> lane = lanes.get(sender);
    if (size == capacity || (lane != null && lane.size() == laneCapacity)) {
      return false;
    }
    lanes.computeIfAbsent(sender, s -> new ArrayDeque<>()).add(element);
    size++;
    return true;
  }

  /** Removes the oldest element of the sender that has the turn. */
  @Nullable T poll() {
    Iterator<Map.Entry<String, Queue<T>>> first = lanes.entrySet().iterator();
    if (!first.hasNext()) {
      return null;
    }
    Map.Entry<String, Queue<T>> turn = first.next();
    first.remove();
    T element = turn.getValue().poll();
    if (!turn.getValue().isEmpty()) {
      lanes.put(turn.getKey(), turn.getValue()); // The lane goes to the end of the order.
    }
    size--;
    return element;
  }
}
