package io.holdfast.cluster.hazelcast;

import java.nio.ByteBuffer;

/**
 * The check of packet lengths before Hazelcast reads the packets. Without the check, Hazelcast
 * allocates as much memory as a header asks for. A header has 11 bytes: version (1), flags (2),
 * partition (4), length (4).
 *
 * <p>Concurrency: for the one thread that reads a connection.
 */
final class FrameLimit {
  /** The limit, above {@link TrafficClasses#MAX_MESSAGE_BYTES} and an envelope. */
  static final int MAX_FRAME_BYTES = 8 << 20;

  private static final int HEADER_BYTES = 11;
  private static final int LENGTH_AT = 7;

  /** The number of bytes of the present packet that have not arrived yet. */
  private int missing;

  /**
   * Checks the bytes from the beginning of the buffer to its position, and leaves the buffer
   * unchanged. An incomplete header stays at the beginning of the buffer for the next call.
   *
   * @throws FrameException if a packet is longer than any packet of a node
   */
  void check(ByteBuffer arrived) throws FrameException {
    int to = arrived.position();
    int at = 0;
    while (true) {
      int here = Math.min(missing, to - at);
      at += here;
      missing -= here;
      if (missing > 0 || to - at < HEADER_BYTES) {
        return;
      }
      int length = arrived.getInt(at + LENGTH_AT);
      if (length < 0 || length > MAX_FRAME_BYTES) {
        throw new FrameException(length);
      }
      at += HEADER_BYTES;
      missing = length;
    }
  }
}
