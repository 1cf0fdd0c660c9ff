package io.holdfast.cluster.hazelcast;

/**
 * The lack of an address for a name of this node. The name perhaps has an address soon, because
 * names of nodes are published late.
 */
final class NotYetException extends Exception {
  private static final long serialVersionUID = 1;

  NotYetException(String message) {
    super(message);
  }
}
