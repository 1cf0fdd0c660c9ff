package io.holdfast.server.backup;

import io.holdfast.storage.Refusal;
import org.jspecify.annotations.Nullable;

/** The end of an import that did not succeed. The message is for the client. */
@SuppressWarnings("serial") // Never leaves the room.
final class ImportException extends Exception {
  private final int status;
  private final @Nullable Refusal refusal;

  /** Creates the end of an import whose file was refused. */
  ImportException(int status, String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.status = status;
    this.refusal = null;
  }

  /** Creates the end of an import that can succeed later: 503. */
  ImportException(Refusal refusal) {
    super(refusal.text());
    this.status = 503;
    this.refusal = refusal;
  }

  int status() {
    return status;
  }

  /** Returns the refusal of a correct file; null if a repetition is of no use. */
  @Nullable Refusal refusal() {
    return refusal;
  }
}
