package io.holdfast.server.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.EndPoint;

/**
 * Bodies that did not come at once. None may take longer than its time; and when there is no room
 * for another, those that come the slowest give way, or whoever sends many bodies slowly and never
 * ends one would keep everybody out.
 *
 * <p>Any threads may use it.
 */
public final class SlowBodies {
  /** How long a body may take even when others need its room. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Duration timeout;
  private final Set<BodyReader> reading = ConcurrentHashMap.newKeySet();

  /** Requests whose bodies come although the answer is known already. */
  private final Set<AnswerStream> dropping = ConcurrentHashMap.newKeySet();

  public SlowBodies(Duration timeout) {
    this.timeout = timeout;
  }

  void add(BodyReader body) {
    reading.add(body);
  }

  void remove(BodyReader body) {
    reading.remove(body);
  }

  void add(AnswerStream body) {
    dropping.add(body);
  }

  void remove(AnswerStream body) {
    dropping.remove(body);
  }

  /** Whose bodies they are. */
  Set<EndPoint> clients() {
    Set<EndPoint> clients = Collections.newSetFromMap(new IdentityHashMap<>());
    reading.forEach(body -> clients.add(Connections.transport(body.client())));
    dropping.forEach(body -> clients.add(Connections.transport(body.client())));
    return clients;
  }

  /** Gives up what has taken too long. To be called every second or so. */
  public void endOverdue() {
    long now = System.nanoTime();
    for (BodyReader body : reading) {
      if (body.nanosSince(now) > timeout.toNanos()) {
        body.giveUp(false);
      }
    }
  }

  /** Gives up the slowest bodies until these many bytes are about to come free, or none is slow. */
  public void makeRoom(long bytes) {
    record Slow(BodyReader body, int taken, double rate) {}
    long now = System.nanoTime();
    List<Slow> candidates = new ArrayList<>();
    for (BodyReader body : reading) {
      long nanos = body.nanosSince(now);
      int taken = body.taken();
      if (taken > 0 && nanos > GRACE.toNanos()) {
        candidates.add(new Slow(body, taken, (double) taken / nanos));
      }
    }
    candidates.sort(Comparator.comparingDouble(Slow::rate));
    long free = 0;
    for (Slow slow : candidates) {
      if (free >= bytes) {
        return;
      }
      free += slow.body.giveUp(true) ? slow.taken : 0;
    }
  }
}
