package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A client that pushes a counter and scrapes it, again and again. The client repeats what is
 * answered with 503 after a second, as {@code Retry-After} says. Everything else must be right at
 * once.
 */
final class HonestClient implements Closeable {
  private static final int MOST_TRIES = 15;

  private final ServerProcess server;
  private final Thread thread = new Thread(this::run, "honest-client");
  private final CompletableFuture<Throwable> mistake = new CompletableFuture<>();
  private volatile int rounds;
  private volatile boolean isEnding;

  HonestClient(ServerProcess server) {
    this.server = server;
    thread.start();
  }

  private void run() {
    try {
      while (!isEnding) {
        int value = rounds + 1;
        RawHttp.Response push =
            send(Step.put("/metrics/job/honest", "honest_total " + value + "\n"));
        assertTrue(push.status() == 200, () -> push.status() + " " + push.text());
        RawHttp.Response scrape = send(Step.get("/metrics?collect[]=pushed"));
        String line = "\nhonest_total{instance=\"\",job=\"honest\"} " + value + "\n";
        assertTrue(scrape.text().contains(line), () -> scrape.status() + " " + scrape.text());
        rounds = value;
      }
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      mistake.complete(e);
    }
  }

  private RawHttp.Response send(Step step) throws IOException, InterruptedException {
    RawHttp.Response answer = server.send(step);
    for (int i = 1; answer.status() == 503 && i < MOST_TRIES && !isEnding; i++) {
      TimeUnit.SECONDS.sleep(1);
      answer = server.send(step);
    }
    return answer;
  }

  /** Waits until so many more rounds have gone well. */
  void awaitRounds(int more) {
    int goal = rounds + more;
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () -> {
              if (mistake.isDone()) {
                throw new AssertionError(server.output(), mistake.join());
              }
              return rounds >= goal;
            });
  }

  @Override
  public void close() {
    isEnding = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
