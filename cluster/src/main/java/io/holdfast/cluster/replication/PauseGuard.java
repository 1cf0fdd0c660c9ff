package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.ProcessTime;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of when this process or its machine stood still. What waited meanwhile in its sockets
 * may have been given up, and repeated on another node. So the node refuses changes for a moment
 * afterwards, and gives no version to a change from before.
 *
 * <p>A frozen process shows in the ticks of the event loop. A pause that this machine's clocks do
 * not show is found with the times that peers send, by {@link PauseWatch}, before the message that
 * told of it has any effect.
 *
 * <p>Concurrency: for any thread; {@link #ticked} for the event loop alone.
 */
final class PauseGuard implements PeerClient.Times {
  private static final Logger log = LoggerFactory.getLogger(PauseGuard.class);

  /**
   * @param tickedAt when the event loop last looked around
   * @param refuseUntil before this, changes are refused
   * @param pausedAt when the last pause was found; null if there was none
   */
  private record Memory(long tickedAt, long refuseUntil, @Nullable Long pausedAt) {
    Memory paused(long now) {
      return new Memory(tickedAt, now + Timeouts.AFTER_FREEZE.toNanos(), now);
    }

    Memory ticked(long now) {
      return new Memory(
          now, isFrozen(now) ? now + Timeouts.AFTER_FREEZE.toNanos() : refuseUntil, pausedAt);
    }

    boolean isFrozen(long now) {
      return now - tickedAt > Timeouts.FREEZE.toNanos();
    }
  }

  private final long process;
  private final EventLoop loop;
  private final PauseWatch watch = new PauseWatch();
  private final AtomicReference<Memory> memory;

  /**
   * @param process names this process to its peers; never used twice
   */
  PauseGuard(long process, EventLoop loop) {
    this.process = process;
    this.loop = loop;
    long now = loop.nanos();
    this.memory = new AtomicReference<>(new Memory(now, now, null));
  }

  /** Begins to expect ticks. */
  void start(long now) {
    memory.set(new Memory(now, now, null));
  }

  /** Notes that the event loop has looked around. */
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
    return ProcessTime.newBuilder().setProcess(process).setNanos(loop.nanos()).build();
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

  /** Whether changes must be refused: the process is frozen, or was a moment ago. */
  boolean refusesChanges() {
    long now = loop.nanos();
    Memory last = Objects.requireNonNull(memory.get());
    return last.isFrozen(now) || now - last.refuseUntil < 0;
  }

  /** Whether a pause was found since then. */
  boolean wasPausedSince(long nanos) {
    Long last = Objects.requireNonNull(memory.get()).pausedAt;
    return last != null && last - nanos >= 0;
  }
}
