package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Picture} cannot be read to its end: its database was closed or opened anew, or the disk
 * fails. A new one may be had.
 */
public final class PictureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PictureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
