package io.holdfast.server.http;

import java.util.Arrays;

/**
 * A buffer for the output of a decompressor. The buffer counts all bytes and refuses more than its
 * limit. It keeps only a given number of them. Confined to one thread.
 */
final class LimitedBuffer {
  private static final int INITIAL_BYTES = 8192;

  private final int maxBytes;
  private final int keptBytes;
  private final Runnable step;
  private byte[] kept;
  private int size;

  /**
   * Creates a buffer.
   *
   * @param step called for each piece; ends the work by throwing
   */
  LimitedBuffer(int maxBytes, int keptBytes, Runnable step) {
    this.maxBytes = maxBytes;
    this.keptBytes = keptBytes;
    this.step = step;
    this.kept = new byte[Math.min(INITIAL_BYTES, keptBytes)];
  }

  void append(byte[] chunk, int length) throws BadEncodingException {
    step.run();
    if ((long) size + length > maxBytes) {
      throw BadEncodingException.tooLarge(maxBytes);
    }
    if (size + length <= keptBytes) {
      if (size + length > kept.length) {
        long doubled = Math.max(2L * kept.length, (long) size + length);
        kept = Arrays.copyOf(kept, (int) Math.min(doubled, keptBytes));
      }
      System.arraycopy(chunk, 0, kept, size, length);
    }
    size += length;
  }

  int size() {
    return size;
  }

  /** Returns whether all bytes were kept. */
  boolean isComplete() {
    return size <= keptBytes;
  }

  /** Returns the bytes. Only for a buffer that {@link #isComplete}. */
  byte[] toByteArray() {
    return size == kept.length ? kept : Arrays.copyOf(kept, size);
  }
}
