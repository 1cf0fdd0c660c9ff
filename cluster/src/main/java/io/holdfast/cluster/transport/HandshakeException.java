package io.holdfast.cluster.transport;

import java.io.EOFException;
import java.io.IOException;

/**
 * The other end of a connection does not know the secret. For Hazelcast it ends there: for any
 * other exception it would write a stack trace to the log, as often as a stranger likes.
 */
public final class HandshakeException extends EOFException {
  private static final long serialVersionUID = 1;

  HandshakeException() {
    super("the other end does not know the secret");
  }

  /** For who is cut off during a handshake, or just looks in. */
  public static void quieten(Throwable error) throws EOFException {
    if (error instanceof IOException && !(error instanceof EOFException)) {
      throw new EOFException("gone before the end of the handshake: " + error.getMessage());
    }
  }
}
