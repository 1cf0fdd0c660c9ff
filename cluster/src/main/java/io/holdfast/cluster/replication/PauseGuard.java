package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.ProcessTime;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of pauses of this process or its machine. Clients perhaps gave up the requests that
 * waited in the sockets meanwhile, and repeated them on another node. So the node refuses changes
 * for a moment after a pause. A change from before the pause gets no version.
 *
 * <p>A frozen process shows in the ticks of the event loop. {@link PauseWatch} finds the pauses
 * that this machine's clocks do not show, with the times that peers send. A pause is noted before
 * the message that revealed the pause has any effect.
 *
 * <p>Concurrency: for any thread, except {@link #ticked}, which the event loop calls.
 */
final class PauseGuard implements PeerClient.Times {
  private static final Logger log = LoggerFactory.getLogger(PauseGuard.class);

  /**
   * @param tickedAt the time of the last tick of the event loop
   * @param refuseUntil the node refuses changes until it has run up to this time
   * @param pausedAt the time when the last pause was found; null if no pause was found
   */
  private record Memory(long tickedAt, long refuseUntil, @Nullable Long pausedAt) {
    Memory paused(long now) {
      return new Memory(tickedAt, now + Timeouts.AFTER_FREEZE.toNanos(), now);
    }

    Memory ticked(long now) {
      long until = refuseUntil + (isRefusing(now) ? now - ranUntil(now) : 0);
      return new Memory(
          now, isFrozen(now) ? now + Timeouts.AFTER_FREEZE.toNanos() : until, pausedAt);
    }

    /** Whether the moment after a pause has not passed yet, in time for which the process ran. */
    boolean isRefusing(long now) {
      return ranUntil(now) - refuseUntil < 0;
    }

    /**
     * Returns the time up to which the process certainly ran. A stop between two ticks can be too
     * short for a freeze, and threads read no socket in that time either.
     */
    private long ranUntil(long now) {
      return tickedAt + Math.min(now - tickedAt, Timeouts.TICK.toNanos());
    }

    boolean isFrozen(long now) {
      return now - tickedAt > Timeouts.FREEZE.toNanos();
    }
  }

  private final long clock;
  private final EventLoop loop;
  private final PauseWatch watch = new PauseWatch();
  private final AtomicReference<Memory> memory;

  /**
   * @param clock the name of this node's clock for its peers
   */
  PauseGuard(long clock, EventLoop loop) {
    this.clock = clock;
    this.loop = loop;
    long now = loop.nanos();
    this.memory = new AtomicReference<>(new Memory(now, now, null));
  }

  /** Starts the watch for missing ticks. */
  void start(long now) {
    memory.set(new Memory(now, now, null));
  }

  /** Notes a tick of the event loop. */
  void ticked(long now) {
    Memory before = memory.getAndUpdate(last -> last.ticked(now));
    if (before.isFrozen(now)) {
      log.atWarn()
          .addKeyValue("millis", (now - before.tickedAt) / 1_000_000)
          .log("process was frozen; changes refused for a moment");
    }
  }

  /** Takes the time that a peer's request carries. */
  void heard(ProcessTime theirs) {
    long now = loop.nanos();
    if (watch.heard(theirs, now)) {
      paused(now);
    }
  }

  @Override
  public ProcessTime now() {
    return ProcessTime.newBuilder()
        .setClock(clock)
        .setNanos(loop.nanos())
        .addAllOthers(watch.newestTimes())
        .build();
  }

  @Override
  public void answered(ProcessTime theirs, long sentAt) {
    long now = loop.nanos();
    if (watch.answered(theirs, sentAt, now)) {
      paused(now);
    }
  }

  private void paused(long now) {
    memory.updateAndGet(last -> last.paused(now));
    log.warn("machine was paused; changes refused for a moment");
  }

  /**
   * Returns whether changes are refused, because the process is frozen or was frozen a moment ago.
   */
  boolean refusesChanges() {
    long now = loop.nanos();
    Memory last = Objects.requireNonNull(memory.get());
    return last.isFrozen(now) || last.isRefusing(now);
  }

  /** Returns whether a pause was found after the given time. */
  boolean wasPausedSince(long nanos) {
    Long last = Objects.requireNonNull(memory.get()).pausedAt;
    return last != null && last - nanos >= 0;
  }
}
