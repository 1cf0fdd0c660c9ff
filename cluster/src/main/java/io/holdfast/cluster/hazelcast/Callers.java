package io.holdfast.cluster.hazelcast;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections that others have opened to the cluster port. Each takes a file descriptor, and
 * Hazelcast ends itself when there are none left.
 *
 * <p>Where there are too many in a handshake, the oldest of them goes: a node needs milliseconds
 * for its handshake, and a stranger who only holds connections open cannot keep nodes out.
 *
 * <p>Concurrency: for any thread.
 *
 * @param <C> a connection
 */
final class Callers<C> {
  /** Connections in a handshake: many times the nodes of a cluster. */
  static final int MAX_GREETING = 64;

  /** Connections past the handshake: each node needs one, and a second while it comes back. */
  static final int MAX_ADMITTED = 256;

  private final Deque<C> greeting = new ArrayDeque<>();
  private final Set<C> admitted = new HashSet<>();

  /**
   * A connection is new.
   *
   * @return the connection that must be closed for it, or null
   */
  synchronized @Nullable C arrived(C connection) {
    greeting.addLast(connection);
    return greeting.size() > MAX_GREETING ? greeting.removeFirst() : null;
  }

  /**
   * The handshake of a connection has succeeded.
   *
   * @return whether it may stay
   */
  synchronized boolean admitted(C connection) {
    if (!greeting.remove(connection) || admitted.size() == MAX_ADMITTED) {
      return false;
    }
    return admitted.add(connection);
  }

  /** A connection is closed. */
  synchronized void gone(C connection) {
    if (!greeting.remove(connection)) {
      admitted.remove(connection);
    }
  }
}
