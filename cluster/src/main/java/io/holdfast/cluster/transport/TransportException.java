package io.holdfast.cluster.transport;

import java.io.Serial;

/**
 * The reason why a request was not answered. The exception has no stack trace, because every lost
 * message makes an exception.
 */
public final class TransportException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public TransportException(String message) {
    super(message, null, false, false);
  }
}
