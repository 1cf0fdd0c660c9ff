package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * The one thread that all replication logic runs on, with its sense of time. What is confined to it
 * needs no lock, and the same logic runs in a simulation where time is but a number.
 */
interface EventLoop {

  /** Runs the task soon, after those that were given before. From any thread. */
  void execute(Runnable task);

  /** Runs the task after the delay, roughly. From any thread. */
  void schedule(Duration delay, Runnable task);

  /** Time that goes on while the process is frozen, in nanoseconds since some moment. */
  long nanos();
}
