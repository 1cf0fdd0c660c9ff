package io.holdfast.cluster.transport;

/**
 * The frame of messages: one byte for the version, one byte for the kind, and the parts of the
 * kind. The code of all these bytes follows, except in {@link #HELLO} and {@link #REFUSED}.
 */
final class Envelope {
  static final byte VERSION = 1;
  static final byte HELLO = 1;
  static final byte CHALLENGE = 2;
  static final byte PROOF = 3;
  static final byte ACCEPTED = 4;
  static final byte REQUEST = 5;
  static final byte ANSWER = 6;
  static final byte FAILED = 7;
  static final byte REFUSED = 8;

  static final int HEAD_BYTES = 2;
  static final int NONCE_BYTES = 32;

  private Envelope() {}

  /** Returns the kind of a message; 0 if the bytes are not a message of this version. */
  static byte kind(byte[] message) {
    return message.length >= HEAD_BYTES && message[0] == VERSION ? message[1] : 0;
  }

  /** Returns whether a message is of this kind, with the given number of bytes after the head. */
  static boolean is(byte[] message, byte kind, int bytes) {
    return kind(message) == kind && message.length == HEAD_BYTES + bytes;
  }

  /** Returns a piece of a message. */
  static byte[] part(byte[] message, int offset, int length) {
    byte[] part = new byte[length];
    System.arraycopy(message, HEAD_BYTES + offset, part, 0, length);
    return part;
  }

  /** Returns a message without a code. */
  static byte[] open(byte kind, byte[]... parts) {
    return message(kind, 0, parts);
  }

  /** Returns a message that ends with the code of all bytes before. */
  static byte[] signed(ClusterKey key, long number, byte kind, byte[]... parts) {
    byte[] message = message(kind, ClusterKey.MAC_BYTES, parts);
    int length = message.length - ClusterKey.MAC_BYTES;
    System.arraycopy(key.sign(number, message, length), 0, message, length, ClusterKey.MAC_BYTES);
    return message;
  }

  /** Returns a message with the given number of zeros at the end. */
  private static byte[] message(byte kind, int more, byte[]... parts) {
    int size = HEAD_BYTES + more;
    for (byte[] part : parts) {
      size += part.length;
    }
    byte[] message = new byte[size];
    message[0] = VERSION;
    message[1] = kind;
    int end = HEAD_BYTES;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, message, end, part.length);
      end += part.length;
    }
    return message;
  }
}
