package io.holdfast.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds how many bytes of bodies are in memory at once. Any threads may use it. */
public final class ByteBudget {
  private final long bytes;
  private final AtomicLong free;

  public ByteBudget(long bytes) {
    this.bytes = bytes;
    this.free = new AtomicLong(bytes);
  }

  /** How many are taken. */
  public long taken() {
    return bytes - free.get();
  }

  /** Takes the bytes if there are as many; takes none otherwise. */
  public boolean tryTake(long bytes) {
    long left = free.addAndGet(-bytes);
    if (left < 0) {
      free.addAndGet(bytes);
      return false;
    }
    return true;
  }

  /** Gives back what was taken. */
  public void give(long bytes) {
    free.addAndGet(bytes);
  }
}
