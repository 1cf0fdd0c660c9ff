package io.holdfast.server.http;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A decoder of gzip streams of one or more members (RFC 1952), as strict as Go's. {@code
 * GZIPInputStream} does not do, because it ignores bytes after the last member.
 */
public final class Gunzip {
  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HAS_HEADER_CRC = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int CHUNK_BYTES = 8192;

  private final byte[] body;
  private final LimitedBuffer inflated;
  private int position;

  private Gunzip(byte[] body, LimitedBuffer inflated) {
    this.body = body;
    this.inflated = inflated;
  }

  static void decode(byte[] body, LimitedBuffer into) throws BadEncodingException {
    if (body.length == 0) {
      throw BadEncodingException.malformed("EOF");
    }
    Gunzip gunzip = new Gunzip(body, into);
    Inflater inflater = new Inflater(true);
    try {
      while (gunzip.position < body.length) {
        gunzip.readHeader();
        gunzip.readMember(inflater);
        inflater.reset();
      }
    } finally {
      inflater.end();
    }
  }

  /** Checks that a stream begins with a gzip header. The rest is not checked. */
  public static void checkHeader(byte[] body) throws BadEncodingException {
    if (body.length == 0) {
      throw BadEncodingException.malformed("EOF");
    }
    new Gunzip(body, new LimitedBuffer(0, 0, () -> {})).readHeader();
  }

  private void readHeader() throws BadEncodingException {
    int start = position;
    require(10);
    if (next() != MAGIC_1 || next() != MAGIC_2 || next() != DEFLATE) {
      throw BadEncodingException.malformed("gzip: invalid header");
    }
    int flags = next();
    position += 6; // modification time, extra flags, operating system
    if ((flags & HAS_EXTRA) != 0) {
      require(2);
      int length = next() | next() << 8;
      require(length);
      position += length;
    }
    if ((flags & HAS_NAME) != 0) {
      skipText();
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText();
    }
    if ((flags & HAS_HEADER_CRC) != 0) {
      CRC32 crc = new CRC32();
      crc.update(body, start, position - start);
      require(2);
      if ((next() | next() << 8) != (crc.getValue() & 0xffff)) {
        throw BadEncodingException.malformed("gzip: invalid header");
      }
    }
  }

  private void readMember(Inflater inflater) throws BadEncodingException {
    inflater.setInput(body, position, body.length - position);
    CRC32 crc = new CRC32();
    byte[] chunk = new byte[CHUNK_BYTES];
    while (!inflater.finished()) {
      int length;
      try {
        length = inflater.inflate(chunk);
      } catch (DataFormatException e) {
        throw BadEncodingException.malformed("gzip: corrupt input");
      }
      if (length == 0 && inflater.needsDictionary()) {
        throw BadEncodingException.malformed("gzip: corrupt input");
      }
      if (length == 0 && inflater.needsInput()) {
        throw unexpectedEnd();
      }
      crc.update(chunk, 0, length);
      inflated.append(chunk, length);
    }
    position = body.length - inflater.getRemaining();
    require(8);
    if (nextInt() != (int) crc.getValue() || nextInt() != (int) inflater.getBytesWritten()) {
      throw BadEncodingException.malformed("gzip: invalid checksum");
    }
  }

  private void skipText() throws BadEncodingException {
    do {
      require(1);
    } while (next() != 0);
  }

  private int nextInt() {
    return next() | next() << 8 | next() << 16 | next() << 24;
  }

  private int next() {
    return body[position++] & 0xff;
  }

  private void require(int bytes) throws BadEncodingException {
    if (body.length - position < bytes) {
      throw unexpectedEnd();
    }
  }

  private static BadEncodingException unexpectedEnd() {
    return BadEncodingException.malformed("unexpected EOF");
  }
}
