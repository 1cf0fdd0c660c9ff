package io.holdfast.storage;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A read result with whole messages, see {@link ReadResult}. The receiver of a snapshot closes it.
 */
public sealed interface SnapshotRead {

  /** A fresh read result. The result has everything that was acknowledged before the question. */
  record Fresh(Snapshot snapshot) implements SnapshotRead {}

  /**
   * A stale read result; see {@link ReadResult.Stale}.
   *
   * @param reason why other nodes possibly have more
   */
  record Stale(Snapshot snapshot, String reason) implements SnapshotRead {}

  /**
   * An unavailable read result: other nodes possibly have more, or the disk cannot be read. Another
   * node can have an answer, or this node a moment later.
   */
  record Unavailable(Refusal refusal) implements SnapshotRead {}

  /** Returns why {@link GroupStore#snapshot} failed, for the client. */
  static Refusal refusal(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof RefusedException refused) {
      return refused.refusal();
    }
    String text = cause == null ? "store cannot be read" : String.valueOf(cause.getMessage());
    return new Refusal(Refusal.Code.STORE_FAILED, text);
  }
}
