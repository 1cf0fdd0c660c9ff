package io.holdfast.cluster.transport;

import java.io.EOFException;
import java.io.IOException;

/**
 * The failure of a handshake, because the other end does not know the secret. For Hazelcast, this
 * exception is the end of the stream. For any other exception, Hazelcast would write a stack trace
 * to the log, as often as a stranger connects.
 */
public final class HandshakeException extends EOFException {
  private static final long serialVersionUID = 1;

  HandshakeException() {
    super("the other end does not know the secret");
  }

  /**
   * Turns the loss of a connection during a handshake into an end of the stream, which Hazelcast
   * does not log.
   */
  public static void quieten(Throwable error) throws EOFException {
    if (error instanceof IOException && !(error instanceof EOFException)) {
      throw new EOFException("gone before the end of the handshake: " + error.getMessage());
    }
  }
}
