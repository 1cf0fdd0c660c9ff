package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.TransportException;
import java.util.Arrays;

/** How a request went, as the first byte of what a {@link RequestTask} returns. */
enum Reply {
  /** The receiver's answer follows. */
  ANSWERED(0),
  /** The receiver failed. */
  FAILED(1),
  /** The receiver has not answered in time. */
  LATE(2),
  /** One of both ends does not know the other, or no longer. */
  NOT_KNOWN(3),
  /** Of another version, or too large. */
  NOT_UNDERSTOOD(4);

  private final byte code;

  Reply(int code) {
    this.code = (byte) code;
  }

  byte[] alone() {
    return new byte[] {code};
  }

  static byte[] answered(byte[] answer) {
    byte[] whole = new byte[answer.length + 1];
    whole[0] = ANSWERED.code;
    System.arraycopy(answer, 0, whole, 1, answer.length);
    return whole;
  }

  /**
   * The receiver's answer.
   *
   * @param whole as it came from another member, which may be anything
   * @throws TransportException if there is none
   */
  static byte[] read(Object whole) {
    if (whole instanceof byte[] bytes
        && bytes.length > 0
        && bytes.length <= TrafficClasses.MAX_MESSAGE_BYTES + 1) {
      if (bytes[0] == ANSWERED.code) {
        return Arrays.copyOfRange(bytes, 1, bytes.length);
      }
      for (Reply failure : values()) {
        if (bytes[0] == failure.code) {
          throw new TransportException("the peer: " + failure);
        }
      }
    }
    throw new TransportException("the peer: an answer of another version");
  }
}
