package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * The one thread that runs all replication logic, with its clock. State that is confined to this
 * thread needs no lock. A simulation runs the logic with a simulated clock.
 */
interface EventLoop {

  /** Runs the task soon, after all earlier tasks. Any thread can call this method. */
  void execute(Runnable task);

  /** Runs the task after roughly the given delay. Any thread can call this method. */
  void schedule(Duration delay, Runnable task);

  /** Returns a time that goes on while the process is frozen, in nanoseconds since some moment. */
  long nanos();

  /**
   * Returns the name of the clock that {@link #nanos} reads. A process that is started again reads
   * the clock of the process before, unless its machine was started again too.
   */
  long clockName();
}
