package io.holdfast.server.takeover;

/** The node cannot start with this file. The message is for the operator and names the flag. */
public final class TakeoverException extends Exception {
  private static final long serialVersionUID = 1L;

  TakeoverException(String message) {
    super(message);
  }

  TakeoverException(String message, Throwable cause) {
    super(message, cause);
  }
}
