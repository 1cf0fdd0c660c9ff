package io.holdfast.storage.disk;

import org.jspecify.annotations.Nullable;

/**
 * A failure of the disk, or of the database on it. Unchecked, because each read and each write can
 * fail. The writer handles all of these failures in one place: the writer closes the database and
 * opens it again.
 */
public final class DiskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DiskException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
