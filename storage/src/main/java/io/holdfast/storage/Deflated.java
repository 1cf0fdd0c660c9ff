package io.holdfast.storage;

import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A piece of a gzip stream, compressed on its own and ended on a byte boundary. Pieces can
 * therefore be joined by concatenation. A full flush ends each piece with an empty stored block
 * (RFC 1951, 3.2.4).
 *
 * @param bytes raw deflate data without a final block
 * @param crc the CRC-32 of the uncompressed bytes
 * @param length the number of uncompressed bytes
 */
record Deflated(byte[] bytes, int crc, int length) {
  /** The fastest level: metrics are repetitive, so higher levels gain little for much time. */
  private static final int LEVEL = Deflater.BEST_SPEED;

  /** Returns the uncompressed bytes. */
  byte[] inflated() {
    byte[] inflated = new byte[length];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(bytes);
      int filled = 0;
      while (filled < length) {
        int read = inflater.inflate(inflated, filled, length - filled);
        if (read == 0) {
          throw new IllegalStateException("compressed piece: ends at byte " + filled);
        }
        filled += read;
      }
      return inflated;
    } catch (DataFormatException e) {
      throw new IllegalStateException("compressed piece: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  /**
   * A compressor of pieces, one after the other. A compressor holds native memory until its close.
   * Only one thread may use it.
   */
  static final class Compressor implements AutoCloseable {
    private static final int NATIVE_BYTES = 256 << 10;

    private final Deflater deflater = new Deflater(LEVEL, true);
    private byte[] buffer = new byte[16 * 1024];
    private byte[] gathered = new byte[16 * 1024];

    /** Compresses all arrays as one piece. */
    Deflated compress(List<byte[]> arrays, int total) {
      if (total > gathered.length) {
        gathered = new byte[total];
      }
      int end = 0;
      for (byte[] array : arrays) {
        System.arraycopy(array, 0, gathered, end, array.length);
        end += array.length;
      }
      return compress(gathered, end);
    }

    Deflated compress(byte[] text, int length) {
      deflater.reset();
      deflater.setInput(text, 0, length);
      int produced = 0;
      while (true) {
        int space = buffer.length - produced;
        int written = deflater.deflate(buffer, produced, space, Deflater.FULL_FLUSH);
        produced += written;
        if (written < space) {
          break;
        }
        buffer = Arrays.copyOf(buffer, buffer.length * 2);
      }
      CRC32 crc = new CRC32();
      crc.update(text, 0, length);
      return new Deflated(Arrays.copyOf(buffer, produced), (int) crc.getValue(), length);
    }

    /** Returns the bytes of heap, and of native memory for the deflater. */
    long heldBytes() {
      return (long) NATIVE_BYTES + buffer.length + gathered.length;
    }

    @Override
    public void close() {
      deflater.end();
    }
  }
}
