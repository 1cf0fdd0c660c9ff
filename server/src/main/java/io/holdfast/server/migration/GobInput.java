package io.holdfast.server.migration;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a gob stream, with their offset in the file. A stream consists of messages. Each
 * message follows its length, and all other bytes are part of a message.
 *
 * <p>An integer below 128 takes one byte. A larger one begins with a byte that holds the negated
 * number of bytes that follow, highest first. A signed integer has its sign in the lowest bit. If
 * that bit is set, the integer is complemented.
 *
 * <p>No length is trusted. A length that exceeds the rest of its message is damage, and so is a
 * message that exceeds the file. Damage is found before any bytes are allocated or read.
 */
final class GobInput {
  private static final int ONE_BYTE = 0x80;

  private final InputStream in;
  private final long size;
  private long position;

  /** The end of the current message; between two messages, the end of the file. */
  private long limit;

  /**
   * Creates the input.
   *
   * @param size the number of bytes; further bytes are not read
   */
  GobInput(InputStream in, long size) {
    this.in = in;
    this.size = size;
    this.limit = size;
  }

  /** Returns the offset of the next byte. */
  long position() {
    return position;
  }

  boolean isAtEndOfFile() {
    return position == size;
  }

  boolean isAtEndOfMessage() {
    return position == limit;
  }

  /** Enters the next message. The message before must be read to its end. */
  void beginMessage() throws IOException, DamagedFileException {
    limit = size;
    long start = position;
    long length = unsigned();
    if (length < 0 || length > size - position) {
      throw new DamagedFileException(
          start,
          "a message of "
              + Long.toUnsignedString(length)
              + " bytes begins, but only "
              + (size - position)
              + " are left");
    }
    limit = position + length;
  }

  long unsigned() throws IOException, DamagedFileException {
    long start = position;
    int first = octet();
    if (first < ONE_BYTE) {
      return first;
    }
    int bytes = -(byte) first;
    if (bytes > Long.BYTES) {
      throw new DamagedFileException(
          start, "an integer of " + bytes + " bytes (expected: at most " + Long.BYTES + ")");
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << Byte.SIZE | octet();
    }
    return value;
  }

  long signed() throws IOException, DamagedFileException {
    long coded = unsigned();
    return (coded & 1) == 0 ? coded >>> 1 : ~(coded >>> 1);
  }

  /**
   * Reads a length, or a count of elements that take at least a byte each. The value is at most the
   * rest of the message.
   */
  long length(String what) throws IOException, DamagedFileException {
    long start = position;
    long length = unsigned();
    if (length < 0 || length > limit - position) {
      throw new DamagedFileException(
          start,
          what
              + ": length "
              + Long.toUnsignedString(length)
              + " (expected: at most the "
              + (limit - position)
              + " bytes that are left of the message)");
    }
    return length;
  }

  /** Reads a length and that many bytes. */
  byte[] bytes(String what, int most) throws IOException, DamagedFileException {
    long start = position;
    long length = length(what);
    if (length > most) {
      throw new DamagedFileException(
          start, what + ": length " + length + " (expected: at most " + most + ")");
    }
    return exactly((int) length);
  }

  /** Reads the next bytes. The message must have that many left. */
  byte[] exactly(int length) throws IOException {
    // The buffer grows with the bytes read. A file that has become shorter must not cost memory.
    byte[] bytes = in.readNBytes(length);
    position += bytes.length;
    if (bytes.length < length) {
      throw new EOFException("the file has become shorter while it was read");
    }
    return bytes;
  }

  /** Skips bytes. The message must have that many left. */
  void skip(long length) throws IOException {
    in.skipNBytes(length);
    position += length;
  }

  private int octet() throws IOException, DamagedFileException {
    if (position == limit) {
      throw new DamagedFileException(
          position, limit == size ? "the file ends too early" : "a message ends too early");
    }
    int next = in.read();
    if (next < 0) {
      throw new EOFException("the file has become shorter while it was read");
    }
    position++;
    return next;
  }
}
