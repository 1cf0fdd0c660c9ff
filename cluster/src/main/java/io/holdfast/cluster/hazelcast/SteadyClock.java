package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.util.Clock.ClockImpl;
import com.hazelcast.internal.util.ClockProperties;

/**
 * The time of day for Hazelcast: the machine's time at the start of the process, and since then a
 * time that never jumps. Hazelcast compares heartbeats with this clock. With the machine's own
 * clock, a member whose clock is set expels all others, or is expelled. Any thread may read this
 * clock.
 */
public final class SteadyClock extends ClockImpl {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long startMillis = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();

  /** Installs the clock. The call comes before any use of Hazelcast in this process. */
  static void install() {
    System.setProperty(ClockProperties.HAZELCAST_CLOCK_IMPL, SteadyClock.class.getName());
  }

  @Override
  protected long currentTimeMillis() {
    return startMillis + (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
  }
}
