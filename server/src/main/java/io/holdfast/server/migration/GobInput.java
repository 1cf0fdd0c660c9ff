package io.holdfast.server.migration;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a gob stream, with their place in the file. A stream consists of messages, each
 * behind its length; everything but that length lies within one.
 *
 * <p>Integers: below 128 one byte; otherwise a byte with the negated number of bytes that follow,
 * highest first. A signed one has its sign in the lowest bit and is complemented if that is set.
 *
 * <p>No length is trusted: what does not fit into what is left of the message, or the message into
 * the file, is damage, found before anything is allocated or read.
 */
final class GobInput {
  private static final int ONE_BYTE = 0x80;

  private final InputStream in;
  private final long size;
  private long position;

  /** Where the current message ends; that of the file between two. */
  private long limit;

  /**
   * @param size how many bytes there are; more are not read
   */
  GobInput(InputStream in, long size) {
    this.in = in;
    this.size = size;
    this.limit = size;
  }

  /** The offset of the next byte. */
  long position() {
    return position;
  }

  boolean isAtEndOfFile() {
    return position == size;
  }

  boolean isAtEndOfMessage() {
    return position == limit;
  }

  /** Goes into the next message. The one before must have been read to its end. */
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

  /** A length, or a count of things that take a byte at least: at most what is left. */
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

  /** Bytes behind their length. */
  byte[] bytes(String what, int most) throws IOException, DamagedFileException {
    long start = position;
    long length = length(what);
    if (length > most) {
      throw new DamagedFileException(
          start, what + ": length " + length + " (expected: at most " + most + ")");
    }
    return exactly((int) length);
  }

  /** The next bytes; so many must be left of the message. */
  byte[] exactly(int length) throws IOException {
    // Grows with what is there: a file that has become shorter must not cost memory.
    byte[] bytes = in.readNBytes(length);
    position += bytes.length;
    if (bytes.length < length) {
      throw new EOFException("the file has become shorter while it was read");
    }
    return bytes;
  }

  /** Steps over bytes; so many must be left of the message. */
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
