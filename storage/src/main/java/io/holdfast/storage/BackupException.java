package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The refusal of a backup: the file is damaged, of another kind, or beyond a limit. The message is
 * for the client, and names the place and the value.
 */
@SuppressWarnings("serial") // Never serialized.
public final class BackupException extends Exception {
  private final Rejection.@Nullable Reason reason;

  BackupException(String message) {
    this(message, null);
  }

  BackupException(String message, Rejection.@Nullable Reason reason) {
    super(message);
    this.reason = reason;
  }

  /** Returns why a push of such content would be refused; null if the file itself is wrong. */
  public Rejection.@Nullable Reason reason() {
    return reason;
  }
}
