package io.holdfast.storage.disk;

import org.jspecify.annotations.Nullable;

/**
 * A failure of the disk, or of the database on it. Unchecked, because each write and each read can
 * fail, and one place meets all of it: the writer gives the database up and opens it anew.
 */
public final class DiskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DiskException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
