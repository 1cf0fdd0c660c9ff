package io.holdfast.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A reader of an uncompressed exposition, gathered into buffers. */
final class PlainReader implements ExpositionReader {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final SegmentCursor cursor;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private @Nullable Segment segment;

  /**
   * The index of the segment's current array. The fields below hold the array and how much of it
   * was read.
   */
  private int at;

  private byte @Nullable [] array;
  private int offset;

  PlainReader(SegmentCursor cursor) {
    this.cursor = cursor;
    this.segment = cursor.next();
  }

  @Override
  public @Nullable ByteBuffer next() {
    int filled = 0;
    for (byte[] from = current(); from != null && filled < BUFFER_BYTES; from = current()) {
      int length = Math.min(from.length - offset, BUFFER_BYTES - filled);
      System.arraycopy(from, offset, buffer, filled, length);
      filled += length;
      offset += length;
      if (offset == from.length) {
        array = null;
        offset = 0;
        at++;
      }
    }
    return filled == 0 ? null : ByteBuffer.wrap(buffer, 0, filled);
  }

  /** Returns the next array, or null at the end. */
  private byte @Nullable [] current() {
    while (array == null && segment != null) {
      if (at < segment.arrays()) {
        array = segment.array(at);
      } else {
        segment = cursor.next();
        at = 0;
      }
    }
    return array;
  }

  @Override
  public long heldBytes() {
    Segment current = segment;
    if (current == null) {
      return BUFFER_BYTES;
    }
    byte[] made = current.isOfStore() ? null : array;
    return BUFFER_BYTES + current.heldBytes() + (made == null ? 0 : made.length);
  }

  @Override
  public void close() {}
}
