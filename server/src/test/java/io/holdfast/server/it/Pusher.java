package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A client that changes groups of its own at random and knows what each change may have left
 * behind. Every value is larger than all before it, so that an old one shows.
 *
 * <p>Concurrency: {@link #push} and {@link #pushThrough} run on one thread; between two runs, the
 * groups are for the one that has seen it end. The counts are for any.
 */
final class Pusher {
  private static final int FAMILIES = 4;

  /** Longer than a balancer goes on trying, so that nothing comes after the client has given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final RandomGenerator random;
  private final List<OwnedGroup> groups = new ArrayList<>();
  private long lastValue;
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile String lastRefusal = "none";

  Pusher(int number, int groups, RandomGenerator random) {
    this.random = random;
    for (int i = 0; i < groups; i++) {
      this.groups.add(new OwnedGroup("/metrics/job/crash/pusher/" + number + "/group/" + i));
    }
  }

  List<OwnedGroup> groups() {
    return groups;
  }

  int answered() {
    return answered.get();
  }

  int unanswered() {
    return unanswered.get();
  }

  /** Why a change was not acknowledged, the last time. */
  String lastRefusal() {
    return lastRefusal;
  }

  /** Pushes until a request gets no answer; counts the latch down with each one that does. */
  void push(int port, CountDownLatch answers) {
    try (RawHttp http = new RawHttp(port)) {
      while (change(http, groups.get(random.nextInt(groups.size())))) {
        answered.incrementAndGet();
        answers.countDown();
      }
      unanswered.incrementAndGet();
      assertFalse(lastRefusal.startsWith("5"), lastRefusal);
    }
  }

  /**
   * Pushes until it is over, whatever happens to single requests: 5xx, like no answer at all, means
   * that the change may have taken effect or not.
   */
  void pushThrough(InetSocketAddress balancer, BooleanSupplier isOver) {
    try (RawHttp http = new RawHttp(balancer, PATIENCE)) {
      while (!isOver.getAsBoolean()) {
        if (change(http, groups.get(random.nextInt(groups.size())))) {
          answered.incrementAndGet();
        } else {
          unanswered.incrementAndGet();
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  private boolean change(RawHttp http, OwnedGroup group) {
    SortedMap<String, Long> counters = counters();
    String text = text(counters);
    int dice = random.nextInt(10);
    if (dice < 5) {
      boolean isAnswered = isAnswered(http, Step.put(group.target(), text));
      group.replaced(counters, isAnswered);
      return isAnswered;
    }
    if (dice < 8 && !group.isUncertain()) {
      boolean isAnswered = isAnswered(http, Step.post(group.target(), text));
      group.added(counters, isAnswered);
      return isAnswered;
    }
    boolean isAnswered = isAnswered(http, Step.delete(group.target()));
    group.deleted(isAnswered);
    return isAnswered;
  }

  private boolean isAnswered(RawHttp http, Step step) {
    try {
      RawHttp.Response response = http.send(step);
      if (response.status() / 100 == 5) {
        lastRefusal = response.status() + ": " + response.text();
        return false;
      }
      assertTrue(
          response.status() / 100 == 2,
          () -> step + ": " + response.status() + ": " + response.text());
      return true;
    } catch (IOException e) {
      lastRefusal = e.toString();
      return false;
    }
  }

  /** Some of the families, perhaps none. */
  private SortedMap<String, Long> counters() {
    SortedMap<String, Long> counters = new TreeMap<>();
    for (int i = 0; i < FAMILIES; i++) {
      if (random.nextBoolean()) {
        counters.put("crash_" + i + "_total", ++lastValue);
      }
    }
    return counters;
  }

  private static String text(SortedMap<String, Long> counters) {
    StringBuilder text = new StringBuilder();
    counters.forEach(
        (name, value) ->
            text.append("# TYPE " + name + " counter\n").append(name + " " + value + "\n"));
    return text.toString();
  }
}
