package io.holdfast.cluster.transport;

import java.io.Serial;

/** Why a request was not answered. Without a stack trace: it is made for every lost message. */
public final class TransportException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public TransportException(String message) {
    super(message, null, false, false);
  }
}
