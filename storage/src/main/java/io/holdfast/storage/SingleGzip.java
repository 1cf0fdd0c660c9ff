package io.holdfast.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * A decoder of exactly one gzip member (RFC 1952). {@code GZIPInputStream} does not do, because it
 * joins further members and ignores other bytes behind them.
 *
 * <p>Concurrency: one thread at a time.
 */
final class SingleGzip extends InputStream {
  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HAS_HEADER_CRC = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int KNOWN_FLAGS = 31;
  private static final int BUFFER_BYTES = 64 << 10;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] input = new byte[BUFFER_BYTES];
  private final byte[] one = new byte[1];
  private int filled;
  private boolean isEnded;

  /**
   * Reads the header.
   *
   * @param in closed with this stream
   * @throws ZipException if the stream has no gzip header
   */
  SingleGzip(InputStream in) throws IOException {
    this.in = in;
    readHeader();
  }

  private void readHeader() throws IOException {
    CheckedInputStream header = new CheckedInputStream(in, new CRC32());
    if (header.read() != MAGIC_1 || header.read() != MAGIC_2 || header.read() != DEFLATE) {
      throw new ZipException("no gzip header");
    }
    int flags = next(header);
    if (flags > KNOWN_FLAGS) {
      throw new ZipException("gzip header with unknown flags");
    }
    skip(header, 6); // modification time, extra flags, operating system
    if ((flags & HAS_EXTRA) != 0) {
      skip(header, next(header) | (next(header) << 8));
    }
    if ((flags & HAS_NAME) != 0) {
      skipText(header);
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText(header);
    }
    if ((flags & HAS_HEADER_CRC) != 0) {
      int expected = (int) header.getChecksum().getValue() & 0xffff;
      if ((next(header) | next(header) << 8) != expected) {
        throw new ZipException("gzip header with a wrong checksum");
      }
    }
  }

  private static int next(InputStream in) throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException();
    }
    return next;
  }

  private static void skip(InputStream in, int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      int unused = next(in);
    }
  }

  private static void skipText(InputStream in) throws IOException {
    while (next(in) != 0) {
      // Skips the text up to its zero byte.
    }
  }

  @Override
  public int read() throws IOException {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      while (!isEnded) {
        int read = inflater.inflate(into, offset, length);
        if (read > 0) {
          crc.update(into, offset, read);
          return read;
        }
        if (inflater.finished()) {
          end();
        } else if (inflater.needsDictionary()) {
          throw new ZipException("gzip stream with a dictionary");
        } else {
          fill();
        }
      }
    } catch (DataFormatException e) {
      throw new ZipException("gzip stream: " + e.getMessage());
    }
    return -1;
  }

  private void fill() throws IOException {
    int read = in.read(input);
    if (read < 0) {
      throw new EOFException();
    }
    filled = read;
    inflater.setInput(input, 0, read);
  }

  private void end() throws IOException {
    isEnded = true;
    int rest = inflater.getRemaining();
    byte[] trailer = Arrays.copyOf(Arrays.copyOfRange(input, filled - rest, filled), rest + 8);
    if (rest < 8 && in.readNBytes(trailer, rest, 8 - rest) < 8 - rest) {
      throw new EOFException();
    }
    if (number(trailer, 0) != (int) crc.getValue()
        || number(trailer, 4) != (int) inflater.getBytesWritten()) {
      throw new ZipException("gzip stream with a wrong checksum");
    }
    if (rest > 8 || in.read() >= 0) {
      throw new ZipException("bytes behind the gzip stream");
    }
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | ((bytes[at + 1] & 0xff) << 8)
        | ((bytes[at + 2] & 0xff) << 16)
        | ((bytes[at + 3] & 0xff) << 24);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
