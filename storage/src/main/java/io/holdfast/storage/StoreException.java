package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * A failure to open the store. The message is for the operator. The message names the directory or
 * file, the problem and the ways out.
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
