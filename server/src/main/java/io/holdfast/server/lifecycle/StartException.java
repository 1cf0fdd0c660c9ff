package io.holdfast.server.lifecycle;

import org.jspecify.annotations.Nullable;

/** The failure of a node to start. The message is for the operator and names the flag. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  public StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
