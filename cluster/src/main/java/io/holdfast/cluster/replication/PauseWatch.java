package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.ProcessTime;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds out that this machine was paused and its own clocks do not show it, as those of a virtual
 * machine that was suspended: meanwhile the time of other processes went on.
 *
 * <p>Each answer of a peer bounds by how much its time is ahead of this process's: at most by what
 * it said less the time of the question, at least by what it said less the time of the answer. The
 * true difference never changes. A lower bound above an earlier upper bound proves a pause, however
 * slow messages are. A peer that was paused itself falls behind, and proves nothing.
 *
 * <p>Any threads may use it.
 */
final class PauseWatch {
  private static final int MOST_PROCESSES = 64;

  /** Clocks of two machines drift apart by less than this part of the time that passes. */
  private static final long DRIFT = 1000;

  /**
   * The most by which a process's time is ahead.
   *
   * @param at when that was found
   */
  private record Bound(long nanosAhead, long at) {
    long at(long now) {
      return nanosAhead + (now - at) / DRIFT;
    }
  }

  private final Map<Long, Bound> bounds = new HashMap<>();

  /**
   * A message has come.
   *
   * @return whether this machine was paused since the last one
   */
  synchronized boolean heard(ProcessTime time, long now) {
    Bound bound = bounds.get(time.getProcess());
    boolean wasPaused =
        bound != null && time.getNanos() - now > bound.at(now) + Timeouts.PAUSE.toNanos();
    if (wasPaused) {
      bounds.clear();
    }
    return wasPaused;
  }

  /**
   * An answer has come.
   *
   * @param sentAt when its question was sent
   * @return whether this machine was paused since the last one
   */
  synchronized boolean answered(ProcessTime time, long sentAt, long now) {
    boolean wasPaused = heard(time, now);
    Bound bound = bounds.get(time.getProcess());
    long most = time.getNanos() - sentAt;
    if (!wasPaused && (bound == null || most < bound.at(now))) {
      if (bounds.size() == MOST_PROCESSES) {
        bounds.clear();
      }
      bounds.put(time.getProcess(), new Bound(most, now));
    }
    return wasPaused;
  }
}
