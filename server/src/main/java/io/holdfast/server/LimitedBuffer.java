package io.holdfast.server;

import java.io.ByteArrayOutputStream;

/** Collects inflated bytes up to a limit. Confined to one thread. */
final class LimitedBuffer {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final long maxBytes;

  LimitedBuffer(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void append(byte[] chunk, int length) throws BadEncodingException {
    if ((long) bytes.size() + length > maxBytes) {
      throw BadEncodingException.tooLarge(maxBytes);
    }
    bytes.write(chunk, 0, length);
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
