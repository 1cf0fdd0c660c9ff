package io.holdfast.cluster.hazelcast;

import java.io.EOFException;

/**
 * A packet is longer than any that a node sends. An end of the file to Hazelcast, which writes a
 * stack trace to the log for any other exception.
 */
final class FrameException extends EOFException {
  private static final long serialVersionUID = 1;

  FrameException(int length) {
    super(
        "a packet of %d bytes (expected: at most %d)"
            .formatted(Integer.toUnsignedLong(length), FrameLimit.MAX_FRAME_BYTES));
  }
}
