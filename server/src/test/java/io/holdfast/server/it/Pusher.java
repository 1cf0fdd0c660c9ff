package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/**
 * A client that changes groups of its own at random until the server is gone, and knows what each
 * change may have left behind. Every value is larger than all before it, so that an old one shows.
 *
 * <p>Concurrency: {@link #push} runs on one thread; between two runs, the groups are for the one
 * that has seen it end.
 */
final class Pusher {
  private static final int FAMILIES = 4;

  private final RandomGenerator random;
  private final List<OwnedGroup> groups = new ArrayList<>();
  private long lastValue;
  private int answered;
  private int unanswered;

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
    return answered;
  }

  int unanswered() {
    return unanswered;
  }

  /** Pushes until a request gets no answer; counts the latch down with each one that does. */
  void push(int port, CountDownLatch answers) {
    try (RawHttp http = new RawHttp(port)) {
      while (change(http, groups.get(random.nextInt(groups.size())))) {
        answered++;
        answers.countDown();
      }
      unanswered++;
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
    if (dice < 8) {
      boolean isAnswered = isAnswered(http, Step.post(group.target(), text));
      group.added(counters, isAnswered);
      return isAnswered;
    }
    boolean isAnswered = isAnswered(http, Step.delete(group.target()));
    group.deleted(isAnswered);
    return isAnswered;
  }

  private static boolean isAnswered(RawHttp http, Step step) {
    try {
      RawHttp.Response response = http.send(step);
      assertTrue(response.status() / 100 == 2, () -> response.status() + ": " + response.text());
      return true;
    } catch (IOException e) {
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
