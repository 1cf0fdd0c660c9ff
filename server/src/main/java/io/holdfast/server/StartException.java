package io.holdfast.server;

import org.jspecify.annotations.Nullable;

/** The node cannot start. The message is for the operator and names the flag. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
