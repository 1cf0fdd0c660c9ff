package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A reader of an exposition as one gzip member (RFC 1952). The member is joined from separately
 * compressed pieces. A former scrape has possibly compressed a segment already. The output is one
 * member, because some HTTP clients stop after the first member.
 */
final class GzipReader implements ExpositionReader {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /** An empty last block with fixed Huffman codes. */
  private static final byte[] FINAL_BLOCK = {0x03, 0x00};

  private static final int TRAILER_BYTES = 8;

  private final SegmentCursor cursor;
  private final Deflated.Compressor compressor = new Deflated.Compressor();
  private @Nullable Segment segment;

  /** The index of the segment's next piece. */
  private int at;

  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int crc;
  private int length;
  private boolean isFinished;

  GzipReader(SegmentCursor cursor) {
    this.cursor = cursor;
    buffer.put(HEADER);
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (isFinished) {
      return null;
    }
    while (buffer.position() < BUFFER_BYTES / 2) {
      if (segment == null || at == segment.pieces()) {
        segment = cursor.next();
        at = 0;
      }
      if (segment == null) {
        finish();
        break;
      }
      if (at < segment.pieces()) {
        append(segment.piece(at, compressor));
        at++;
      }
    }
    ByteBuffer filled = buffer.duplicate().flip();
    buffer.clear();
    return filled;
  }

  @Override
  public long heldBytes() {
    return buffer.capacity() + compressor.heldBytes() + (segment == null ? 0 : segment.heldBytes());
  }

  private void append(Deflated piece) {
    ensureSpace(piece.bytes().length);
    buffer.put(piece.bytes());
    crc = Crc32Concatenation.of(crc, piece.crc(), piece.length());
    length += piece.length();
  }

  private void finish() {
    ensureSpace(FINAL_BLOCK.length + TRAILER_BYTES);
    // The length is modulo 2^32, as an overflowing int has it.
    buffer.put(FINAL_BLOCK).putInt(crc).putInt(length);
    isFinished = true;
    compressor.close();
  }

  private void ensureSpace(int bytes) {
    if (buffer.remaining() < bytes) {
      buffer.flip();
      buffer =
          ByteBuffer.allocate(buffer.remaining() + bytes + BUFFER_BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(buffer);
    }
  }

  @Override
  public void close() {
    isFinished = true;
    compressor.close();
  }
}
