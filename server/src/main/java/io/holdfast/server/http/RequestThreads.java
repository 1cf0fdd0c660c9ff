package io.holdfast.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
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

  private final int processors = Runtime.getRuntime().availableProcessors();

  /** The jobs that the answers of the current commit leave; null outside such answers. */
  private final ThreadLocal<@Nullable List<Runnable>> left = new ThreadLocal<>();

  RequestThreads(int mostThreads) {
    super(mostThreads);
  }

  @Override
  public void execute(Runnable job) {
    List<Runnable> collected = left.get();
    if (collected == null) {
      super.execute(job);
    } else {
      collected.add(job);
    }
  }

  /** Returns the executor of the answers of a commit, which are one task. */
  Executor answering() {
    return answers -> super.execute(() -> answer(answers));
  }

  private void answer(Runnable answers) {
    List<Runnable> jobs = new ArrayList<>();
    left.set(jobs);
    try {
      answers.run();
    } finally {
      left.remove();
      share(jobs);
    }
  }

  private void share(List<Runnable> jobs) {
    int share = (jobs.size() + processors - 1) / processors;
    for (int from = share; from < jobs.size(); from += share) {
      List<Runnable> others = jobs.subList(from, Math.min(from + share, jobs.size()));
      super.execute(() -> runAll(others));
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
