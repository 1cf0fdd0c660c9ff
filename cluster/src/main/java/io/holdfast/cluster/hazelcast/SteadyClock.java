package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.util.Clock.ClockImpl;
import com.hazelcast.internal.util.ClockProperties;

/**
 * What Hazelcast takes for the time of day: the machine's when the process started, and time that
 * never jumps since. With the machine's own, members whose clock is set expel all others, or are
 * expelled: heartbeats are compared with it.
 */
public final class SteadyClock extends ClockImpl {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long startMillis = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();

  /** Before anything of Hazelcast runs in this process. */
  static void install() {
    System.setProperty(ClockProperties.HAZELCAST_CLOCK_IMPL, SteadyClock.class.getName());
  }

  @Override
  protected long currentTimeMillis() {
    return startMillis + (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
  }
}
