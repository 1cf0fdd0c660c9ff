package io.holdfast.storage;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The heap that is in use after full collections. */
final class HeapInUse {
  private HeapInUse() {}

  /** What an object holds that nothing else does. */
  static long of(Supplier<Object> making) {
    @Nullable Object[] held = {making.get()};
    long with = bytes();
    if (held[0] == null) {
      throw new AssertionError("nothing was made");
    }
    held[0] = null;
    return with - bytes();
  }

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
