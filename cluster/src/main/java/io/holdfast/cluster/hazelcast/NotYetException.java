package io.holdfast.cluster.hazelcast;

/**
 * A name of this node has no address here yet. It may have one soon: whoever publishes names of
 * nodes publishes them late.
 */
final class NotYetException extends Exception {
  private static final long serialVersionUID = 1;

  NotYetException(String message) {
    super(message);
  }
}
