package io.holdfast.server.http;

import java.util.Arrays;

/**
 * Takes what comes out of a decompressor. It counts everything and refuses more than the limit; of
 * what comes it keeps no more than it was told to. Confined to one thread.
 */
final class LimitedBuffer {
  private static final int INITIAL_BYTES = 8192;

  private final int maxBytes;
  private final int keptBytes;
  private final Runnable step;
  private byte[] kept;
  private int size;

  /**
   * @param step called for each piece; may end the work by an exception
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

  /** Whether everything that came was kept. */
  boolean isWhole() {
    return size <= keptBytes;
  }

  /** What came; only if that {@link #isWhole} is. */
  byte[] toByteArray() {
    return size == kept.length ? kept : Arrays.copyOf(kept, size);
  }
}
