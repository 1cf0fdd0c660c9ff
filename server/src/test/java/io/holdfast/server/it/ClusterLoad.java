package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Clients of a cluster that use it through the balancer while things happen to its nodes: some
 * change groups of their own, one pushes a counter that only grows, one pushes groups that expire,
 * one scrapes all the time. No scrape may fail, and none may show the counter lower than the last
 * push that was acknowledged before it, or than an earlier scrape. No group that has expired comes
 * back.
 *
 * <p>Concurrency: the methods are for the test's thread.
 */
final class ClusterLoad implements Closeable {
  private static final int PUSHERS = 3;
  private static final int GROUPS_EACH = 40;
  private static final long PATIENCE_SECONDS = 60;
  private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SCRAPE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration EXPIRING_PAUSE = Duration.ofMillis(200);
  private static final Duration SCRAPE_PAUSE = Duration.ofMillis(20);
  private static final String GROWING = "growing_total{instance=\"\",job=\"growing\"}";

  private final List<InetSocketAddress> balancers;
  private final String seed;
  private final Duration pause;
  private final List<Pusher> pushers = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();
  private final ExpiringGroups expiring = new ExpiringGroups();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong grown = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong scrapes = new AtomicLong();
  private long pushed;
  private long lastSeen;
  private volatile boolean isOver;

  ClusterLoad(Cluster cluster, long seed) {
    this(List.of(cluster.balancer().address()), seed);
  }

  /** The same with a pause of each client between two requests. */
  ClusterLoad(Cluster cluster, long seed, Duration pause) {
    this(List.of(cluster.balancer().address()), seed, pause);
  }

  /** The same through several balancers: each client uses one, and scrapes use all in turn. */
  ClusterLoad(List<InetSocketAddress> balancers, long seed) {
    this(balancers, seed, Duration.ZERO);
  }

  private ClusterLoad(List<InetSocketAddress> balancers, long seed, Duration pause) {
    this.balancers = balancers;
    this.pause = pause;
    this.seed = "seed " + seed;
    for (int i = 0; i < PUSHERS; i++) {
      pushers.add(new Pusher(i, GROUPS_EACH, seeded(seed + i)));
    }
  }

  static RandomGenerator seeded(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Pushes, deletes and scrapes begin. */
  void start() {
    startPushes();
    running.add(threads.submit(this::scrapeOn));
  }

  /** Pushes and deletes begin, without scrapes. */
  void startPushes() {
    isOver = false;
    for (int i = 0; i < PUSHERS; i++) {
      Pusher pusher = pushers.get(i);
      InetSocketAddress balancer = balancers.get(i % balancers.size());
      running.add(threads.submit(() -> pusher.pushThrough(balancer, this::endsAfterPause)));
    }
    running.add(threads.submit(this::growOn));
    running.add(threads.submit(this::expireOn));
  }

  /** Ends it all, and fails if a client has found fault with what it was answered. */
  void stop() throws Exception {
    isOver = true;
    for (Future<?> each : running) {
      each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    running.clear();
  }

  /** Fails at once if a client has found fault by now. */
  void verify() throws Exception {
    for (Future<?> each : running) {
      if (each.isDone()) {
        each.get();
      }
    }
  }

  /** After everything is quiet: all nodes show the same, and that is what was acknowledged. */
  void check(Cluster cluster, String when) {
    Exposition same = cluster.awaitSame();
    PushedGroups.of(same).check(pushers, when + ", " + seed);
    long value = (long) Double.parseDouble(same.values().getOrDefault(GROWING, "0"));
    assertTrue(
        value >= acknowledged.get() && value <= pushed,
        () -> when + ": " + value + " (expected: " + acknowledged + " to " + pushed + "), " + seed);
  }

  /** Changes that were acknowledged. */
  long answered() {
    return grown.get() + pushers.stream().mapToLong(Pusher::answered).sum();
  }

  /** Changes that were not. */
  long unanswered() {
    return failed.get() + pushers.stream().mapToLong(Pusher::unanswered).sum();
  }

  List<String> refusals() {
    return pushers.stream().map(Pusher::lastRefusal).toList();
  }

  long scrapes() {
    return scrapes.get();
  }

  private InetSocketAddress last() {
    return balancers.get(balancers.size() - 1);
  }

  private boolean endsAfterPause() {
    LockSupport.parkNanos(pause.toNanos());
    return isOver;
  }

  private void growOn() {
    try (RawHttp http = new RawHttp(last(), CLIENT_TIMEOUT)) {
      while (!endsAfterPause()) {
        grow(http);
      }
    }
  }

  private void expireOn() {
    try (RawHttp http = new RawHttp(balancers.get(0), CLIENT_TIMEOUT)) {
      while (!isOver) {
        expiring.push(http);
        LockSupport.parkNanos(EXPIRING_PAUSE.toNanos());
      }
    }
  }

  private void grow(RawHttp http) {
    String text = "# TYPE growing_total counter\ngrowing_total " + ++pushed + "\n";
    try {
      RawHttp.Response response = http.send(Step.put("/metrics/job/growing", text));
      if (response.status() == 200) {
        acknowledged.set(pushed);
        grown.incrementAndGet();
      } else {
        assertEquals(5, response.status() / 100, response::text);
        failed.incrementAndGet();
      }
    } catch (IOException e) {
      // Perhaps it took effect. The next one is larger in any case.
      failed.incrementAndGet();
    }
  }

  private void scrapeOn() {
    try (RawHttp first = new RawHttp(balancers.get(0), SCRAPE_TIMEOUT);
        RawHttp last = new RawHttp(last(), SCRAPE_TIMEOUT)) {
      while (!isOver) {
        scrape(first);
        if (balancers.size() > 1) {
          scrape(last);
        }
        LockSupport.parkNanos(SCRAPE_PAUSE.plus(pause).toNanos());
      }
    }
  }

  private void scrape(RawHttp http) {
    long least = Math.max(lastSeen, acknowledged.get());
    Map<String, Long> unexpired = expiring.acknowledged();
    RawHttp.Response response;
    long startedAt = System.nanoTime();
    try {
      response = http.send(Step.get("/metrics?collect[]=pushed"));
    } catch (IOException e) {
      throw new AssertionError("a scrape failed, " + seed, e);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
    assertEquals(
        200, response.status(), () -> response.text() + " after " + millis + " ms, " + seed);
    Exposition exposition = Exposition.parse(response.text());
    expiring.check(exposition, unexpired);
    String value = exposition.values().getOrDefault(GROWING, "0");
    long seen = (long) Double.parseDouble(value);
    assertTrue(seen >= least, () -> "went back to " + seen + " (expected: " + least + "), " + seed);
    lastSeen = seen;
    scrapes.incrementAndGet();
  }

  @Override
  public void close() {
    isOver = true;
    threads.shutdownNow();
  }
}
