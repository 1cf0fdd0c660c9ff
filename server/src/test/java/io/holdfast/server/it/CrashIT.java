package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process under load, ended by SIGKILL at random instants. After each restart on the same
 * store every acknowledged change is there, and one that was not acknowledged is there as a whole
 * or not at all.
 *
 * <p>{@code -Dholdfast.it.seed=N} repeats what the clients do and after how many answers the kill
 * comes; what is under way at that instant is the machine's choice.
 */
final class CrashIT {
  private static final long SEED = Processes.seed();
  private static final int KILLS = 10;
  private static final int PUSHERS = 4;
  private static final int GROUPS_EACH = 75;
  private static final int MOST_ANSWERS = 1_500;
  private static final int PATIENCE_SECONDS = 30;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  private final RandomGenerator random = seeded(SEED);
  private final ExecutorService threads = Executors.newFixedThreadPool(PUSHERS);

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void pushes_afterKills_areStillServed() throws Exception {
    List<Pusher> pushers = new ArrayList<>();
    for (int i = 0; i < PUSHERS; i++) {
      pushers.add(new Pusher(i, GROUPS_EACH, seeded(SEED + i)));
    }
    for (int round = 0; round < KILLS; round++) {
      ServerProcess server = processes.holdfast(store);
      check(server, pushers, "round " + round);
      underLoad(server, pushers);
    }
    ServerProcess last = processes.holdfast(store);
    check(last, pushers, "after all kills");
    assertEquals(0, last.stop());
    check(processes.holdfast(store), pushers, "after a stop");

    int answered = pushers.stream().mapToInt(Pusher::answered).sum();
    int unanswered = pushers.stream().mapToInt(Pusher::unanswered).sum();
    System.out.printf(
        "CrashIT: seed %d, %d kills, %d answers, %d unanswered%n",
        SEED, KILLS, answered, unanswered);
    assertTrue(answered > KILLS * PUSHERS, () -> answered + " answers (expected: a load)");
    assertTrue(unanswered >= KILLS, () -> unanswered + " unanswered (expected: some in each kill)");
  }

  @Test
  void wipe_afterAKill_isWholeOrNotAtAll() throws Exception {
    ServerProcess server = processes.holdfast(store, "--web.enable-admin-api");
    Set<String> all = pushMany(server);

    Future<?> wipe = threads.submit(() -> server.send(Step.wipe()));
    LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(5)));
    server.kill9();
    boolean isAcknowledged = isAnswered(wipe);

    ServerProcess restarted = processes.holdfast(store, "--web.enable-admin-api");
    Set<String> left = restarted.scrape().pushed().values().keySet();
    assertTrue(left.isEmpty() || (!isAcknowledged && left.equals(all)), () -> SEED + ": " + left);
  }

  @Test
  void wipe_acknowledged_staysAfterAKill() throws Exception {
    ServerProcess server = processes.holdfast(store, "--web.enable-admin-api");
    pushMany(server);

    assertEquals(202, server.send(Step.wipe()).status());
    assertEquals(200, server.send(Step.put("/metrics/job/after", "after_total 1\n")).status());
    server.kill9();

    ServerProcess restarted = processes.holdfast(store, "--web.enable-admin-api");
    Exposition left = restarted.scrape().pushed();
    assertEquals(Map.of(), left.withoutJob("after").values());
    assertEquals("1", left.values().get("after_total{instance=\"\",job=\"after\"}"));
  }

  private void underLoad(ServerProcess server, List<Pusher> pushers) throws Exception {
    CountDownLatch answers = new CountDownLatch(1 + random.nextInt(MOST_ANSWERS));
    List<Future<?>> running = new ArrayList<>();
    for (Pusher pusher : pushers) {
      running.add(threads.submit(() -> pusher.push(server.port(), answers)));
    }
    assertTrue(answers.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "too few answers, seed " + SEED);
    LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(2)));
    server.kill9();
    for (Future<?> each : running) {
      each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void check(ServerProcess server, List<Pusher> pushers, String when)
      throws IOException {
    PushedGroups.of(server.scrape()).check(pushers, when + ", seed " + SEED);
  }

  private static Set<String> pushMany(ServerProcess server) throws IOException {
    try (RawHttp http = new RawHttp(server.port())) {
      for (int i = 0; i < 300; i++) {
        assertEquals(
            200, http.send(Step.put("/metrics/job/many/group/" + i, "many_total 1\n")).status());
      }
    }
    return server.scrape().pushed().values().keySet();
  }

  private static boolean isAnswered(Future<?> request)
      throws InterruptedException, TimeoutException {
    try {
      request.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      assertTrue(e.getCause() instanceof IOException, e::toString);
      return false;
    }
  }

  private static RandomGenerator seeded(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
