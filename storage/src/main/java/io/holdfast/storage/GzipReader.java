package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An exposition as one gzip member (RFC 1952), joined from pieces that were compressed each on its
 * own. A leaf that has not changed since a former scrape is not compressed again. One member and
 * not many, though many would be simpler: not every HTTP client reads on after the first.
 */
final class GzipReader implements ExpositionReader {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /** An empty last block with fixed Huffman codes. */
  private static final byte[] FINAL_BLOCK = {0x03, 0x00};

  private static final int TRAILER_BYTES = 8;
  private static final int MAX_JOINED_BYTES = 1 << 20;

  private final SegmentCursor cursor;
  private final Deflated.Compressor compressor = new Deflated.Compressor();
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private byte[] gathered = new byte[BUFFER_BYTES];
  private int crc;
  private int length;
  private boolean isFinished;

  GzipReader(List<Exposition.Block> blocks) {
    this.cursor = new SegmentCursor(blocks);
    buffer.put(HEADER);
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (isFinished) {
      return null;
    }
    while (buffer.position() < BUFFER_BYTES / 2) {
      SegmentCursor.Segment segment = cursor.next();
      if (segment == null) {
        finish();
        break;
      }
      for (Deflated piece : deflated(segment)) {
        append(piece);
      }
    }
    ByteBuffer filled = buffer.duplicate().flip();
    buffer.clear();
    return filled;
  }

  /** Of one leaf. A record, because its final field makes it safe to read through a race. */
  private record Pieces(Deflated[] all) {}

  private Deflated[] deflated(SegmentCursor.Segment segment) {
    SortedTree.Leaf<GroupKey, Family> leaf = segment.leaf();
    if (leaf == null) {
      byte[] bytes = segment.bytes() == null ? new byte[0] : segment.bytes();
      return new Deflated[] {compressor.compress(bytes, bytes.length)};
    }
    if (leaf.memo instanceof Pieces known) {
      return known.all;
    }
    Pieces pieces = new Pieces(compressed(leaf));
    leaf.memo = pieces;
    return pieces.all;
  }

  /** As one piece if that is of a reasonable size, otherwise each family on its own. */
  private Deflated[] compressed(SortedTree.Leaf<GroupKey, Family> leaf) {
    long total = 0;
    for (int i = 0; i < leaf.size(); i++) {
      total += leaf.value(i).exposed().length;
    }
    if (total > MAX_JOINED_BYTES) {
      Deflated[] pieces = new Deflated[leaf.size()];
      for (int i = 0; i < pieces.length; i++) {
        byte[] text = leaf.value(i).exposed();
        pieces[i] = compressor.compress(text, text.length);
      }
      return pieces;
    }
    if (total > gathered.length) {
      gathered = new byte[(int) total];
    }
    int end = 0;
    for (int i = 0; i < leaf.size(); i++) {
      byte[] text = leaf.value(i).exposed();
      System.arraycopy(text, 0, gathered, end, text.length);
      end += text.length;
    }
    return new Deflated[] {compressor.compress(gathered, end)};
  }

  private void append(Deflated piece) {
    ensureSpace(piece.bytes().length);
    buffer.put(piece.bytes());
    crc = Crc32Concatenation.of(crc, piece.crc(), piece.length());
    length += piece.length();
  }

  private void finish() {
    ensureSpace(FINAL_BLOCK.length + TRAILER_BYTES);
    // The length is modulo 2^32, as an int that overflows has it.
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
