package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.TransportException;
import java.util.Arrays;

/** The outcome of a request: the first byte of the result of a {@link RequestTask}. */
enum Reply {
  /** The receiver's answer follows. */
  ANSWERED(0),
  /** The receiver failed. */
  FAILED(1),
  /** The receiver has not answered in time. */
  LATE(2),
  /** One of the two ends does not know the other end, or does not know it any longer. */
  NOT_KNOWN(3),
  /** The request is of another version, or too large. */
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
   * Returns the receiver's answer.
   *
   * @param whole the bytes of another member, with any content
   * @throws TransportException if the bytes are no answer
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
