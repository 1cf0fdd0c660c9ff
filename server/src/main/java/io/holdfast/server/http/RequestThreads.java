package io.holdfast.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve requests.
 *
 * <p>A commit answers many requests at once. After each answer Jetty hands the connection to
 * another thread, which looks for the next request. To wake that thread costs as much as to read
 * the request. So the connections of one commit are handed over together, to as many threads as
 * there are processors, and the answering thread is one of them.
 */
final class RequestThreads extends QueuedThreadPool {
  private static final Logger log = LoggerFactory.getLogger(RequestThreads.class);

  /** The jobs that the answers of a commit leave; absent outside such answers. */
  private static final ThreadLocal<@Nullable Left> LEFT = new ThreadLocal<>();

  /** Jobs for the threads of one node. Several nodes can run in one process. */
  private record Left(RequestThreads threads, List<Runnable> jobs) {}

  private final int processors = Runtime.getRuntime().availableProcessors();

  RequestThreads(int mostThreads) {
    super(mostThreads);
  }

  @Override
  public void execute(Runnable job) {
    Left left = LEFT.get();
    if (left != null && left.threads == this) {
      left.jobs.add(job);
    } else {
      super.execute(job);
    }
  }

  /** Returns the executor of the answers of a commit, which are one task. */
  Executor answering() {
    return answers -> super.execute(() -> answer(answers));
  }

  /** Runs the answers of a commit on this thread, and then this thread's share of their jobs. */
  void answer(Runnable answers) {
    List<Runnable> jobs = new ArrayList<>();
    LEFT.set(new Left(this, jobs));
    try {
      answers.run();
    } finally {
      LEFT.remove();
      share(jobs);
    }
  }

  private void share(List<Runnable> jobs) {
    int share = (jobs.size() + processors - 1) / processors;
    for (int from = share; from < jobs.size(); from += share) {
      List<Runnable> others = jobs.subList(from, Math.min(from + share, jobs.size()));
      try {
        super.execute(() -> runAll(others));
      } catch (RejectedExecutionException e) {
        // The server ends. Jetty expects that each accepted job runs, and then closes its
        // connection.
        runAll(others);
      }
    }
    runAll(jobs.subList(0, share));
  }

  private static void runAll(List<Runnable> jobs) {
    for (Runnable job : jobs) {
      try {
        job.run();
      } catch (RuntimeException | Error e) {
        // As the pool itself does. The other connections still need their job.
        log.warn("job failed", e);
      }
    }
  }
}
