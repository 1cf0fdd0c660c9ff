package io.holdfast.server.ctl;

import java.io.IOException;

/** The failure to write to standard output, mostly because its reader has ended. */
final class OutputClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  OutputClosedException(IOException cause) {
    super(cause.getMessage(), cause);
  }

  /** Returns whether the reader of the output has ended. */
  boolean isReaderGone() {
    return String.valueOf(getMessage()).contains("Broken pipe");
  }
}
