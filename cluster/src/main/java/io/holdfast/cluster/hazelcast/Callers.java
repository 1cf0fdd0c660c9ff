package io.holdfast.cluster.hazelcast;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections that other processes have opened to the cluster port. Each connection takes a
 * file descriptor. Hazelcast ends itself when no file descriptor is left.
 *
 * <p>If too many connections are in a handshake, the oldest of these connections is closed. A node
 * needs milliseconds for its handshake. So a stranger that holds connections open cannot keep nodes
 * out.
 *
 * <p>Concurrency: for any thread.
 *
 * @param <C> a connection
 */
final class Callers<C> {
  /** The limit of connections in a handshake, many times the number of nodes. */
  static final int MAX_GREETING = 64;

  /**
   * The limit of connections past the handshake. A node needs one connection, and a second while
   * the node comes back.
   */
  static final int MAX_ADMITTED = 256;

  private final Deque<C> greeting = new ArrayDeque<>();
  private final Set<C> admitted = new HashSet<>();

  /**
   * Adds a new connection.
   *
   * @return the connection that is closed in its place, or null
   */
  synchronized @Nullable C arrived(C connection) {
    greeting.addLast(connection);
    return greeting.size() > MAX_GREETING ? greeting.removeFirst() : null;
  }

  /**
   * Moves a connection past its handshake.
   *
   * @return whether the connection can stay
   */
  synchronized boolean admitted(C connection) {
    if (!greeting.remove(connection) || admitted.size() == MAX_ADMITTED) {
      return false;
    }
    return admitted.add(connection);
  }

  /** Removes a closed connection. */
  synchronized void gone(C connection) {
    if (!greeting.remove(connection)) {
      admitted.remove(connection);
    }
  }
}
