package io.holdfast.server.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
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
  private final LongSupplier nanoTime;
  private final Set<BodyReader> reading = ConcurrentHashMap.newKeySet();

  /** Requests whose bodies come although the answer is known already. */
  private final Set<AnswerStream> dropping = ConcurrentHashMap.newKeySet();

  /**
   * @param timeout for each body
   */
  public SlowBodies(Duration timeout, LongSupplier nanoTime) {
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /** Returns the time by which bodies are measured. */
  long now() {
    return nanoTime.getAsLong();
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
    long now = nanoTime.getAsLong();
    for (BodyReader body : reading) {
      if (body.nanosSince(now) > timeout.toNanos()) {
        body.giveUp(false);
      }
    }
  }

  /** Gives up the slowest bodies until these many bytes are about to come free, or none is slow. */
  public void makeRoom(long bytes) {
    long now = nanoTime.getAsLong();
    List<Progress<BodyReader>> all = new ArrayList<>();
    for (BodyReader body : reading) {
      all.add(new Progress<>(body, body.taken(), body.nanosSince(now)));
    }
    long free = 0;
    for (Progress<BodyReader> slow : slowestFirst(all)) {
      if (free >= bytes) {
        return;
      }
      free += slow.body.giveUp(true) ? slow.bytes : 0;
    }
  }

  /**
   * How far a body has come. Taken once, because it must not change while it is sorted.
   *
   * @param bytes of the budget that it has taken
   * @param nanos since it began
   */
  record Progress<B>(B body, int bytes, long nanos) {}

  /** Returns the bodies that may give way: such as hold bytes and have had their time of grace. */
  static <B> List<Progress<B>> slowestFirst(List<Progress<B>> all) {
    return all.stream()
        .filter(body -> body.bytes > 0 && body.nanos > GRACE.toNanos())
        .sorted(Comparator.comparingDouble(body -> (double) body.bytes / body.nanos))
        .toList();
  }
}
