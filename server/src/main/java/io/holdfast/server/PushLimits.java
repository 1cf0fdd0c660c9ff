package io.holdfast.server;

/**
 * What pushes may take of the heap, so that none of them, nor many at once, can end the process. A
 * body becomes messages of ten to fifteen times its size while it is parsed.
 *
 * @param bodyBytes of one body, as it came and when inflated
 * @param textBytes of what a scrape would send of one push, about
 * @param inFlightBytes of all bodies between their first byte and their answer
 */
record PushLimits(int bodyBytes, long textBytes, long inFlightBytes) {
  private static final int SHARE_OF_HEAP = 64;
  private static final long LEAST_BODY_BYTES = 1 << 20;
  private static final long MOST_BODY_BYTES = 256 << 20;

  /**
   * @param heapBytes the most that the heap may grow to
   */
  static PushLimits ofHeap(long heapBytes) {
    long share = Math.max(heapBytes / SHARE_OF_HEAP, LEAST_BODY_BYTES);
    int body = (int) Math.min(share, MOST_BODY_BYTES);
    return new PushLimits(body, 2L * body, share);
  }
}
