package io.holdfast.cluster.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** An event loop whose time passes when a test says so, and whose tasks run then. */
final class FakeLoop implements EventLoop {
  private record Task(long at, Runnable runnable) {}

  private final List<Task> tasks = new ArrayList<>();
  private long nanos = 1_000_000_000_000L;

  @Override
  public void execute(Runnable task) {
    tasks.add(new Task(nanos, task));
  }

  @Override
  public void schedule(Duration delay, Runnable task) {
    tasks.add(new Task(nanos + delay.toNanos(), task));
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long clockName() {
    return 0;
  }

  /** Lets time pass; tasks run in the order in which they are due. */
  void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    for (Task task = due(end); task != null; task = due(end)) {
      tasks.remove(task);
      nanos = Math.max(nanos, task.at);
      task.runnable.run();
    }
    nanos = end;
  }

  /** Lets time pass without running anything, as for a process that is frozen. */
  void freeze(Duration duration) {
    nanos += duration.toNanos();
  }

  /** Runs what is due now. */
  void run() {
    pass(Duration.ZERO);
  }

  private Task due(long end) {
    // The first of those that are due at one time: the sort is stable.
    return tasks.stream()
        .filter(task -> task.at <= end)
        .min(Comparator.comparingLong(Task::at))
        .orElse(null);
  }
}
