package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * A failure to read a {@link Picture} to its end: its database was closed or opened again, or the
 * disk fails. The caller can take a new snapshot.
 */
public final class PictureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PictureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
