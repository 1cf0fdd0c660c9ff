package io.holdfast.cluster.replication;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop on its own thread. */
public final class ThreadEventLoop implements EventLoop, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ThreadEventLoop.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final LongSupplier nanos;
  private final long clockName;
  private final ScheduledThreadPoolExecutor executor;

  /**
   * @param nanos a time that never goes back, in nanoseconds since some moment
   * @param clockName the name of the clock that this time comes from
   */
  public ThreadEventLoop(LongSupplier nanos, long clockName) {
    this.nanos = nanos;
    this.clockName = clockName;
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "cluster");
              thread.setDaemon(true);
              return thread;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public void schedule(Duration delay, Runnable task) {
    try {
      Future<?> unused = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the cluster's thread has ended; a task was dropped");
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      // The loop goes on. A later tick repeats or repairs the failed work.
      log.error("internal error in replication", e);
    }
  }

  @Override
  public long nanos() {
    return nanos.getAsLong();
  }

  @Override
  public long clockName() {
    return clockName;
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
