package io.holdfast.storage;

/** The heap that is in use after full collections. */
final class HeapInUse {
  private HeapInUse() {}

  static long bytes() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
