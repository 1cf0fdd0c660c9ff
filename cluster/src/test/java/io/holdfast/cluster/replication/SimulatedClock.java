package io.holdfast.cluster.replication;

/** The wall clock of a machine: off, drifting, and now and then set by somebody. */
final class SimulatedClock {
  static final long NANOS_PER_MILLI = 1_000_000L;

  private long offsetMillis;
  private double drift;
  private long driftsSince;

  /** What it shows, where a right clock shows this. */
  long millis(long nowNanos) {
    return nowNanos / NANOS_PER_MILLI + offsetMillis(nowNanos);
  }

  /** How far it is ahead of a right clock. */
  long offsetMillis(long nowNanos) {
    return offsetMillis + (long) (drift * (nowNanos - driftsSince)) / NANOS_PER_MILLI;
  }

  /** It is set to be so far ahead, and drifts from there. */
  void set(long millisAhead, double newDrift, long nowNanos) {
    offsetMillis = millisAhead;
    drift = newDrift;
    driftsSince = nowNanos;
  }
}
