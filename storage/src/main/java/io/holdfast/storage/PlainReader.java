package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An exposition as it is, gathered into buffers. */
final class PlainReader implements ExpositionReader {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final SegmentCursor cursor;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private SegmentCursor.@Nullable Segment segment;

  /** Which of a leaf's families comes next, and how much of its text is gathered already. */
  private int family;

  private int offset;

  PlainReader(List<Exposition.Block> blocks) {
    this.cursor = new SegmentCursor(blocks);
    this.segment = cursor.next();
  }

  @Override
  public @Nullable ByteBuffer next() {
    int filled = 0;
    while (segment != null && filled < BUFFER_BYTES) {
      byte[] text = currentText();
      int length = Math.min(text.length - offset, BUFFER_BYTES - filled);
      System.arraycopy(text, offset, buffer, filled, length);
      filled += length;
      offset += length;
      if (offset == text.length) {
        advance();
      }
    }
    return filled == 0 ? null : ByteBuffer.wrap(buffer, 0, filled);
  }

  private byte[] currentText() {
    if (segment == null) {
      throw new IllegalStateException("read beyond the end");
    }
    if (segment.leaf() != null) {
      return segment.leaf().value(family).exposed();
    }
    return segment.bytes() == null ? new byte[0] : segment.bytes();
  }

  private void advance() {
    offset = 0;
    family++;
    if (segment == null || segment.leaf() == null || family == segment.leaf().size()) {
      family = 0;
      segment = cursor.next();
    }
  }

  @Override
  public void close() {}
}
