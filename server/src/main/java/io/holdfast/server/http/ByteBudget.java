package io.holdfast.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** A bound on the bytes of all bodies in memory at once. Any thread may use it. */
public final class ByteBudget {
  private final long bytes;
  private final AtomicLong free;

  public ByteBudget(long bytes) {
    this.bytes = bytes;
    this.free = new AtomicLong(bytes);
  }

  /** Returns the number of bytes taken. */
  public long taken() {
    return bytes - free.get();
  }

  /** Takes the bytes if that many are free. Otherwise takes none. */
  public boolean tryTake(long bytes) {
    long left = free.addAndGet(-bytes);
    if (left < 0) {
      free.addAndGet(bytes);
      return false;
    }
    return true;
  }

  /** Gives bytes back to the budget. */
  public void give(long bytes) {
    free.addAndGet(bytes);
  }
}
