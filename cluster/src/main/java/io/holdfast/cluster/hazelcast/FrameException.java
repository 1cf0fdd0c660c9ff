package io.holdfast.cluster.hazelcast;

import java.io.EOFException;

/**
 * The refusal of a packet that is longer than any packet of a node. For Hazelcast, this exception
 * is the end of the stream. For any other exception, Hazelcast would write a stack trace to the
 * log.
 */
final class FrameException extends EOFException {
  private static final long serialVersionUID = 1;

  FrameException(int length) {
    super(
        "a packet of %d bytes (expected: at most %d)"
            .formatted(Integer.toUnsignedLong(length), FrameLimit.MAX_FRAME_BYTES));
  }
}
