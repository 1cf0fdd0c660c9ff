package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be opened. The message is for the operator: which directory or file, what is
 * wrong with it, what can be done.
 */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  StoreException(String message) {
    super(message);
  }

  StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
