package io.holdfast.cluster.replication;

import io.holdfast.storage.ReadResult;
import io.holdfast.storage.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * The scrapes that wait.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class ReadBarriers {
  private final List<ReadBarrier> waiting = new ArrayList<>();

  void add(ReadBarrier barrier) {
    waiting.add(barrier);
  }

  /**
   * Gives the version vector of a peer to the scrapes that began before the question was sent. The
   * peer counts for the read quorum.
   */
  void answered(PeerState peer, long sentAt) {
    waiting.forEach(barrier -> barrier.answered(peer.process(), peer.versionVector(), sentAt));
  }

  /**
   * Begins the scrapes again during which the machine was paused.
   *
   * @return whether peers must be asked again
   */
  boolean restartPaused(LongPredicate wasPausedSince, long now) {
    boolean mustAsk = false;
    for (ReadBarrier barrier : waiting) {
      if (wasPausedSince.test(barrier.pausesSince())) {
        mustAsk |= barrier.restart(now);
      }
    }
    waiting.removeIf(ReadBarrier::isAnswered);
    return mustAsk;
  }

  /**
   * Answers the scrapes that need not wait any longer, and the scrapes whose deadline has passed.
   *
   * @param durable the offsets that a write quorum has
   * @param late supplies the answer to a scrape whose deadline has passed
   */
  void advance(
      ReplicaState replicaState, DurableOffsets durable, long now, Supplier<ReadResult> late) {
    waiting.removeIf(
        barrier -> {
          if (barrier.advance(replicaState, durable)) {
            return true;
          }
          boolean isLate = now - barrier.startedAt > Timeouts.READ_DEADLINE.toNanos();
          if (isLate) {
            barrier.giveUp(late.get());
          }
          return isLate;
        });
  }

  /** Returns whether a scrape waits only for the disks of peers. */
  boolean waitForQuorum() {
    return waiting.stream().anyMatch(ReadBarrier::waitsForQuorum);
  }

  void giveUpAll(ReadResult result) {
    waiting.forEach(each -> each.giveUp(result));
    waiting.clear();
  }
}
