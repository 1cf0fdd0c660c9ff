package io.holdfast.cluster;

import java.io.EOFException;

/**
 * The other end of a connection does not know the secret. For Hazelcast it ends there: for any
 * other exception it would write a stack trace to the log, as often as a stranger likes.
 */
final class HandshakeException extends EOFException {
  private static final long serialVersionUID = 1;

  HandshakeException() {
    super("the other end does not know the secret");
  }
}
