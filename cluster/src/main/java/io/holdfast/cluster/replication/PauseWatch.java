package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.ProcessTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The detection of pauses of this machine that its own clocks do not show. An example is a
 * suspended virtual machine: meanwhile the time of other machines goes on.
 *
 * <p>Each answer of a peer bounds how far the peer's time is ahead of this process's time. The
 * upper bound is the peer's time less the time of the question. The lower bound is the peer's time
 * less the time of the answer. The true difference never changes. A lower bound above an earlier
 * upper bound proves a pause, however slow messages are. A peer that was paused itself falls
 * behind, and proves nothing.
 *
 * <p>A peer that was started again reads the clock that it had before, unless its machine was
 * started again too. Peers pass on the newest times that they heard. So a node finds a pause during
 * which the peers in touch with it were started again.
 *
 * <p>Concurrency: for any thread.
 */
final class PauseWatch {
  private static final int MOST_CLOCKS = 64;

  /** The clocks of two machines drift apart by less than this part of the time that passes. */
  private static final long DRIFT = 1000;

  /**
   * An upper bound of how far a clock is ahead.
   *
   * @param at the time when the bound was found
   */
  private record Bound(long nanosAhead, long at) {
    long at(long now) {
      return nanosAhead + (now - at) / DRIFT;
    }
  }

  private final Map<Long, Bound> bounds = new HashMap<>();

  /** By clock, the newest time that was heard, from its node or from another one. */
  private final Map<Long, Long> newest = new HashMap<>();

  /**
   * Takes the time that a message carries.
   *
   * @return whether this machine was paused since the last message
   */
  synchronized boolean heard(ProcessTime time, long now) {
    boolean wasPaused = provesPause(time, now);
    for (ProcessTime other : time.getOthersList()) {
      wasPaused |= provesPause(other, now);
    }
    if (wasPaused) {
      bounds.clear();
    }
    return wasPaused;
  }

  private boolean provesPause(ProcessTime time, long now) {
    if (newest.size() == MOST_CLOCKS) {
      newest.clear();
    }
    newest.merge(
        time.getClock(), time.getNanos(), (before, nanos) -> nanos - before > 0 ? nanos : before);
    Bound bound = bounds.get(time.getClock());
    return bound != null && time.getNanos() - now > bound.at(now) + Timeouts.PAUSE.toNanos();
  }

  /** Returns the newest times that were heard, for the messages of this node. */
  synchronized List<ProcessTime> newestTimes() {
    List<ProcessTime> times = new ArrayList<>(newest.size());
    newest.forEach(
        (clock, nanos) ->
            times.add(ProcessTime.newBuilder().setClock(clock).setNanos(nanos).build()));
    return times;
  }

  /**
   * Takes the time that an answer carries.
   *
   * @param sentAt the time when the question was sent
   * @return whether this machine was paused since the last message
   */
  synchronized boolean answered(ProcessTime time, long sentAt, long now) {
    boolean wasPaused = heard(time, now);
    Bound bound = bounds.get(time.getClock());
    long most = time.getNanos() - sentAt;
    if (!wasPaused && (bound == null || most < bound.at(now))) {
      if (bounds.size() == MOST_CLOCKS) {
        bounds.clear();
      }
      bounds.put(time.getClock(), new Bound(most, now));
    }
    return wasPaused;
  }
}
