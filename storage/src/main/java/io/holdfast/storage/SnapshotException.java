package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * A failure to read a {@link Snapshot} to its end: its database was closed or opened again, or the
 * disk fails. The caller can take a new snapshot.
 */
public final class SnapshotException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SnapshotException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
