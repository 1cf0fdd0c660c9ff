package io.holdfast.server.lifecycle;

import java.util.Optional;

/**
 * The comparison of the heap with the memory that the process may take. A container is killed
 * without a word when its process takes more.
 *
 * @param heapBytes the most that the heap can have
 * @param totalBytes the memory of the container or, without a limit, of the machine
 */
public record MemoryCheck(long heapBytes, long totalBytes) {
  /**
   * The memory with which an empty node works: a heap of 26 MiB and what is outside of it. {@code
   * bin/holdfast} has the same number, because the JVM may be killed before it gets here.
   */
  private static final long LEAST_BYTES = 128L << 20;

  /** Classes, compiled code, threads and RocksDB. */
  private static final long OUTSIDE_HEAP_BYTES = 96L << 20;

  /**
   * Checks that an empty node fits.
   *
   * @throws StartException if it does not
   */
  public void requireRoom() throws StartException {
    if (totalBytes < LEAST_BYTES) {
      throw new StartException(
          "the memory of this machine or container is "
              + mebibytes(totalBytes)
              + " (expected: at least "
              + mebibytes(LEAST_BYTES)
              + ", and more for more groups; raise resources.limits.memory, --memory or"
              + " MemoryMax=)",
          null);
    }
  }

  /** Returns a warning if the heap can grow until the process is killed. */
  public Optional<String> warning() {
    if (heapBytes <= totalBytes - OUTSIDE_HEAP_BYTES) {
      return Optional.empty();
    }
    return Optional.of(
        "the heap can grow to "
            + mebibytes(heapBytes)
            + " and "
            + mebibytes(OUTSIDE_HEAP_BYTES)
            + " are needed outside of it, but the memory is "
            + mebibytes(totalBytes)
            + ": the process may be killed; lower -Xmx, or start with bin/holdfast, which sets it");
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
