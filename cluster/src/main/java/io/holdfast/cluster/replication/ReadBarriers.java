package io.holdfast.cluster.replication;

import io.holdfast.storage.Reading;
import io.holdfast.storage.Standing;
import java.util.ArrayList;
import java.util.List;
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

  /** A peer whose positions can be relied on has answered what was asked then. */
  void answered(PeerState peer, long sentAt) {
    for (ReadBarrier barrier : waiting) {
      if (sentAt - barrier.startedAt >= 0) {
        barrier.answered(peer.process(), peer.positions());
      }
    }
  }

  /**
   * Answers those of which all is known by now, and those that have waited for the deadline.
   *
   * @param durable what a write quorum has
   * @param late what is said to who has waited for too long
   */
  void advance(Standing standing, DurablePositions durable, long now, Supplier<Reading> late) {
    waiting.removeIf(
        barrier -> {
          if (barrier.advance(standing, durable)) {
            return true;
          }
          boolean isLate = now - barrier.startedAt > Timeouts.READ_DEADLINE.toNanos();
          if (isLate) {
            barrier.giveUp(late.get());
          }
          return isLate;
        });
  }

  /** Whether some scrape waits for nothing but news of the other disks. */
  boolean waitForQuorum() {
    return waiting.stream().anyMatch(ReadBarrier::waitsForQuorum);
  }

  void giveUpAll(Reading reading) {
    waiting.forEach(each -> each.giveUp(reading));
    waiting.clear();
  }
}
