package io.holdfast.cluster.replication;

import java.util.PriorityQueue;

/** One clock and one queue of events for everything that happens in a simulation. */
final class SimulatedTime {
  /** What a process that was frozen reads of its sockets, it has read after so long. */
  private static final long READING_NANOS = 900_000_000L;

  /**
   * Something that happens at a time.
   *
   * @param isInSocket whether a frozen process finds it in a socket when it runs again
   */
  private record Event(long at, long number, Scope process, boolean isInSocket, Runnable task)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int order = Long.compare(at, other.at);
      return order == 0 ? Long.compare(number, other.number) : order;
    }

    Event afterFreeze() {
      long thaw = process.frozenUntil;
      if (!isInSocket) {
        return new Event(thaw, number, process, false, task);
      }
      // Threads that read sockets run before the event loop does, or some time later.
      long scattered = (number * 0x9E3779B97F4A7C15L) >>> 1;
      return number % 2 == 0
          ? new Event(thaw, number - Long.MAX_VALUE, process, false, task)
          // Frozen once more, its thread has less than that to go.
          : new Event(thaw + scattered % READING_NANOS, number, process, false, task);
    }
  }

  /** Something that events belong to: they do not happen after its end, nor while it is frozen. */
  static final class Scope {
    boolean isAlive = true;
    long frozenUntil;
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now = 1_000_000_000L;
  private long numbers;

  /** For how long the process has paused in the middle of what happens now. */
  private long paused;

  long now() {
    return now;
  }

  void after(long nanos, Scope process, Runnable task) {
    events.add(new Event(now + paused + nanos, numbers++, process, false, task));
  }

  /** What a client sends reaches a socket of the process after so long. */
  void afterInSocket(long nanos, Scope process, Runnable task) {
    events.add(new Event(now + paused + nanos, numbers++, process, true, task));
  }

  /**
   * The process that something happens in pauses before the next step of it: what it does from here
   * on happens so much later.
   */
  void pause(long nanos, Scope process) {
    paused += nanos;
    process.frozenUntil = Math.max(process.frozenUntil, now + paused);
  }

  /** Now, as the process has it in which something happens. */
  long nowInside() {
    return now + paused;
  }

  /** Makes the next event happen; false if there is none before then. */
  boolean step(long until) {
    Event next = events.peek();
    if (next == null || next.at > until) {
      now = until;
      return false;
    }
    events.remove();
    now = Math.max(now, next.at);
    if (next.process.isAlive) {
      if (next.process.frozenUntil > now) {
        events.add(next.afterFreeze());
      } else {
        next.task.run();
        paused = 0;
      }
    }
    return true;
  }
}
