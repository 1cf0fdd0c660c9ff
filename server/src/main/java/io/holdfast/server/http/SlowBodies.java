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
 * The bodies that did not arrive at once. Each body has a time limit. When there is no room for
 * another body, the slowest bodies are given up. Otherwise a client that sends many bodies slowly
 * could keep all other clients out.
 *
 * <p>Jetty's {@code minRequestDataRate} is no substitute. It looks at a request when bytes arrive,
 * and knows nothing of other requests that need the room.
 *
 * <p>Any thread may use it.
 */
public final class SlowBodies {
  /** The time that a body has even when other bodies need its room. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final Set<BodyReader> reading = ConcurrentHashMap.newKeySet();

  /** Streams whose body is still arriving although the answer is already known. */
  private final Set<AnswerStream> dropping = ConcurrentHashMap.newKeySet();

  /**
   * Creates an empty set of bodies.
   *
   * @param timeout for each body
   */
  public SlowBodies(Duration timeout, LongSupplier nanoTime) {
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /** Returns the time of the clock that measures bodies. */
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

  /** Returns the endpoints that these bodies come from. */
  Set<EndPoint> clients() {
    Set<EndPoint> clients = Collections.newSetFromMap(new IdentityHashMap<>());
    reading.forEach(body -> clients.add(Connections.transport(body.client())));
    dropping.forEach(body -> clients.add(Connections.transport(body.client())));
    return clients;
  }

  /** Gives up the bodies whose time is over. Called about every second. */
  public void endOverdue() {
    long now = nanoTime.getAsLong();
    for (BodyReader body : reading) {
      if (body.nanosSince(now) > timeout.toNanos()) {
        body.giveUp(false);
      }
    }
  }

  /** Gives up the slowest bodies until these many bytes will come free, or no slow body is left. */
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
   * The progress of a body. Its values are read once, so that they stay fixed during the sort.
   *
   * @param bytes that the body has taken from the budget
   * @param nanos since the body began
   */
  record Progress<B>(B body, int bytes, long nanos) {}

  /**
   * Returns the bodies that can be given up: they hold bytes, and their grace has passed. The
   * slowest comes first.
   */
  static <B> List<Progress<B>> slowestFirst(List<Progress<B>> all) {
    return all.stream()
        .filter(body -> body.bytes > 0 && body.nanos > GRACE.toNanos())
        .sorted(Comparator.comparingDouble(body -> (double) body.bytes / body.nanos))
        .toList();
  }
}
