package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Groups that are pushed once each, with a time to live. Scrapes see each of them come and go once:
 * a group that has gone never comes back, and an acknowledged group stays until its time is over.
 *
 * <p>Concurrency: one thread pushes, another one scrapes.
 */
final class ExpiringGroups {
  /** The family of these groups. */
  static final String FAMILY = "expiring";

  /** Short enough that groups expire between two faults, and long enough for a slow scraper. */
  private static final Duration[] TIMES_TO_LIVE = {Duration.ofSeconds(3), Duration.ofSeconds(25)};

  /** By instance, the time before which an acknowledged group must not expire. */
  private final Map<String, Long> staysUntil = new ConcurrentHashMap<>();

  private final Set<String> gone = new HashSet<>();
  private Set<String> shown = Set.of();
  private int pushed;

  /** Pushes a new group. An answer that does not come leaves the group unknown. */
  void push(RawHttp http) {
    Duration timeToLive = TIMES_TO_LIVE[pushed % TIMES_TO_LIVE.length];
    String instance = Integer.toString(pushed++);
    String target =
        "/metrics/job/expiring/instance/" + instance + "?ttl=" + timeToLive.toSeconds() + "s";
    long sentAt = System.nanoTime();
    try {
      if (http.send(Step.put(target, FAMILY + " 1\n")).status() == 200) {
        staysUntil.put(instance, sentAt + timeToLive.toNanos());
      }
    } catch (IOException e) {
      // Perhaps the push took effect. Its group comes and goes once in any case.
    }
  }

  /** Returns the groups that a scrape must show if it begins now and ends in time. */
  Map<String, Long> acknowledged() {
    return Map.copyOf(staysUntil);
  }

  /**
   * Checks one scrape. Scrapes follow each other without overlap.
   *
   * @param acknowledged the groups that were acknowledged before the scrape began
   */
  void check(Exposition scrape, Map<String, Long> acknowledged) {
    long endedAt = System.nanoTime();
    Set<String> now = new HashSet<>();
    scrape.samples(FAMILY).forEach(sample -> now.add(sample.label("instance")));
    for (String instance : now) {
      assertFalse(gone.contains(instance), () -> "group " + instance + " came back");
    }
    acknowledged.forEach(
        (instance, until) ->
            assertTrue(
                now.contains(instance) || endedAt - until > 0,
                () -> "group " + instance + " is missing before its time"));
    for (String instance : shown) {
      if (!now.contains(instance)) {
        gone.add(instance);
        staysUntil.remove(instance);
      }
    }
    shown = now;
  }
}
