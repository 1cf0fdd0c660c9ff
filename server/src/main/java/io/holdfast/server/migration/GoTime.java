package io.holdfast.server.migration;

import java.nio.ByteBuffer;

/**
 * The encoding of Go's time.Time. It is big-endian and has four parts. A byte holds the version (1
 * or 2). Seconds since the year 1 are a 64-bit integer, and nanoseconds a 32-bit integer. The
 * offset of the time zone in minutes is a 16-bit integer. Version 2 adds a byte with the seconds of
 * the offset.
 */
final class GoTime {
  private static final int BYTES = 15;
  private static final long YEAR_1_TO_1970_SECONDS = 62_135_596_800L;
  private static final int NANOS_PER_SECOND = 1_000_000_000;
  private static final long MOST_SECONDS = Long.MAX_VALUE / NANOS_PER_SECOND - 1;

  private GoTime() {}

  /**
   * Returns nanoseconds since 1970. A time outside 1970 to 2262 becomes the nearer of the two ends.
   *
   * @param at the place of the time in the file
   */
  static long unixNanos(byte[] encoded, long at) throws DamagedFileException {
    boolean isKnown =
        (encoded.length == BYTES && encoded[0] == 1)
            || (encoded.length == BYTES + 1 && encoded[0] == 2);
    if (!isKnown) {
      throw new DamagedFileException(at, "a time in an unknown form");
    }
    ByteBuffer buffer = ByteBuffer.wrap(encoded, 1, Long.BYTES + Integer.BYTES);
    long seconds = buffer.getLong();
    int nanos = buffer.getInt();
    if (nanos < 0 || nanos >= NANOS_PER_SECOND) {
      throw new DamagedFileException(
          at, "a time with " + nanos + " nanoseconds (expected: less than a second)");
    }
    if (seconds < YEAR_1_TO_1970_SECONDS) {
      return 0;
    }
    return Math.min(seconds - YEAR_1_TO_1970_SECONDS, MOST_SECONDS) * NANOS_PER_SECOND + nanos;
  }
}
