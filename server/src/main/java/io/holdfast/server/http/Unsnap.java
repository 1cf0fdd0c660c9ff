package io.holdfast.server.http;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/**
 * The decompression of snappy's framing format, as strict as Go's. The class itself reads the
 * headers of chunks. A chunk has at most 65,536 bytes. A library that believes a larger
 * announcement would allocate that much memory before any check.
 */
final class Unsnap {
  private static final int MAX_CHUNK_BYTES = 65_536;
  private static final int HEAD_BYTES = 4;
  private static final int CHECKSUM_BYTES = 4;
  private static final int COMPRESSED = 0x00;
  private static final int UNCOMPRESSED = 0x01;
  private static final int FIRST_SKIPPABLE = 0x80;
  private static final int IDENTIFIER = 0xff;
  private static final byte[] MAGIC = {'s', 'N', 'a', 'P', 'p', 'Y'};

  private final byte[] body;
  private final byte[] chunk = new byte[MAX_CHUNK_BYTES];
  private int position;

  private Unsnap(byte[] body) {
    this.body = body;
  }

  static void decode(byte[] body, LimitedBuffer into) throws BadEncodingException {
    Unsnap unsnap = new Unsnap(body);
    while (unsnap.position < body.length) {
      unsnap.readChunk(into);
    }
  }

  private void readChunk(LimitedBuffer into) throws BadEncodingException {
    boolean isFirst = position == 0;
    if (body.length - position < HEAD_BYTES) {
      throw corrupt();
    }
    int type = body[position] & 0xff;
    int length = number(position + 1, 3);
    position += HEAD_BYTES;
    if (length > body.length - position || (isFirst && type != IDENTIFIER)) {
      throw corrupt();
    }
    if (type == COMPRESSED || type == UNCOMPRESSED) {
      readData(type == COMPRESSED, length, into);
    } else if (type == IDENTIFIER) {
      if (!Arrays.equals(body, position, position + length, MAGIC, 0, MAGIC.length)) {
        throw corrupt();
      }
    } else if (type < FIRST_SKIPPABLE) {
      throw corrupt();
    }
    position += length;
  }

  private void readData(boolean isCompressed, int length, LimitedBuffer into)
      throws BadEncodingException {
    if (length < CHECKSUM_BYTES) {
      throw corrupt();
    }
    int checksum = number(position, CHECKSUM_BYTES);
    int start = position + CHECKSUM_BYTES;
    int size = length - CHECKSUM_BYTES;
    int inflated = isCompressed ? inflate(start, size) : copy(start, size);
    CRC32C crc = new CRC32C();
    crc.update(chunk, 0, inflated);
    if (masked((int) crc.getValue()) != checksum) {
      throw corrupt();
    }
    into.append(chunk, inflated);
  }

  private int inflate(int start, int size) throws BadEncodingException {
    try {
      int announced = Snappy.uncompressedLength(body, start, size);
      if (announced < 0 || announced > MAX_CHUNK_BYTES) {
        throw corrupt();
      }
      return Snappy.uncompress(body, start, size, chunk, 0);
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt();
    }
  }

  /**
   * Copies an uncompressed chunk. An empty chunk is legal: writers that flush without data make
   * some.
   */
  private int copy(int start, int size) throws BadEncodingException {
    if (size > MAX_CHUNK_BYTES) {
      throw corrupt();
    }
    System.arraycopy(body, start, chunk, 0, size);
    return size;
  }

  private static int masked(int crc) {
    return Integer.rotateRight(crc, 15) + 0xa282ead8;
  }

  /** Returns a little-endian number. */
  private int number(int at, int bytes) {
    int number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (body[at + i] & 0xff) << (8 * i);
    }
    return number;
  }

  private static BadEncodingException corrupt() {
    return BadEncodingException.malformed("snappy: corrupt input (expected: framed snappy)");
  }
}
