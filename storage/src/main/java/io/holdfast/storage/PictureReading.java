package io.holdfast.storage;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A {@link Reading} with whole messages. Who gets a picture closes it. */
public sealed interface PictureReading {

  /** Everything that was acknowledged before the question is in it. */
  record Current(Picture picture) implements PictureReading {}

  /**
   * The last that is known here; see {@link Reading.Stale}.
   *
   * @param reason why there may be more
   */
  record Stale(Picture picture, String reason) implements PictureReading {}

  /**
   * Nothing now: there may be more elsewhere, or the disk cannot be read. Another node may know, or
   * this one a moment later.
   */
  record Unsure(String reason) implements PictureReading {}

  /** Why {@link GroupStore#picture} failed, for a client. */
  static String reason(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause == null ? "the store cannot be read" : String.valueOf(cause.getMessage());
  }
}
