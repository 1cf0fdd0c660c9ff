package io.holdfast.benchmarks.load;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The outcomes of all requests of a run.
 *
 * <p>Concurrency: guarded by the monitor of the {@link Load}.
 */
final class Outcomes {
  private static final long MAX_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final int DIGITS = 3;

  private final Histogram latencies = new Histogram(MAX_NANOS, DIGITS);
  private final Histogram lateness = new Histogram(MAX_NANOS, DIGITS);
  private final long[] acknowledged;
  private long taken;
  private long refused;
  private long failed;
  private long unanswered;

  Outcomes(int groups) {
    this.acknowledged = new long[groups];
  }

  /** Records how late the generator itself was with a request. */
  void sendable(long lateNanos) {
    lateness.recordValue(Math.min(MAX_NANOS, Math.max(0, lateNanos)));
  }

  void answered(long nanos, boolean isTaken) {
    latencies.recordValue(Math.min(MAX_NANOS, nanos));
    if (isTaken) {
      taken++;
    } else {
      refused++;
    }
  }

  /** Counts a request whose connection broke. Such a request has no latency. */
  void failed() {
    failed++;
  }

  void unanswered(long nanos) {
    latencies.recordValue(Math.min(MAX_NANOS, nanos));
    unanswered++;
  }

  /** Notes that a group has a push with this sequence number. */
  void acknowledged(int group, long sequence) {
    acknowledged[group] = Math.max(acknowledged[group], sequence);
  }

  /** Returns for each group the last acknowledged sequence number; zero for none. */
  long[] acknowledged() {
    return acknowledged;
  }

  /** Returns one line of numbers, times in microseconds. */
  String result() {
    return String.format(
        Locale.ROOT,
        "RESULT taken=%d refused=%d failed=%d unanswered=%d p50=%d p90=%d p99=%d p999=%d max=%d"
            + " late_p99=%d late_max=%d",
        taken,
        refused,
        failed,
        unanswered,
        micros(latencies, 50),
        micros(latencies, 90),
        micros(latencies, 99),
        micros(latencies, 99.9),
        micros(latencies, 100),
        micros(lateness, 99),
        micros(lateness, 100));
  }

  private static long micros(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1000;
  }
}
