package io.holdfast.storage;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A read result with whole messages, see {@link Reading}. The receiver of a snapshot closes it. */
public sealed interface PictureReading {

  /** A fresh read result. The result has everything that was acknowledged before the question. */
  record Current(Picture picture) implements PictureReading {}

  /**
   * A stale read result; see {@link Reading.Stale}.
   *
   * @param reason why other nodes possibly have more
   */
  record Stale(Picture picture, String reason) implements PictureReading {}

  /**
   * An unavailable read result: other nodes possibly have more, or the disk cannot be read. Another
   * node can have an answer, or this node a moment later.
   */
  record Unsure(String reason) implements PictureReading {}

  /** Returns why {@link GroupStore#picture} failed, in a text for the client. */
  static String reason(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause == null ? "the store cannot be read" : String.valueOf(cause.getMessage());
  }
}
