package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.storage.Reading;
import io.holdfast.storage.Standing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One scrape that waits until this node knows that it shows everything that was acknowledged, or
 * shown by any node, before.
 *
 * <p>The barrier asks the other nodes how far they are (as Raft's ReadIndex). As soon as so many
 * have answered that, with this node, they have every acknowledged change among them, it waits
 * until this node is as far. Then it waits until all that is about to be shown is on a write quorum
 * of disks: this node's own changes and those of others. So a scrape of another node that begins
 * afterwards never shows an older value (as the second phase of a read in ABD).
 *
 * <p>Concurrency: confined to the event loop.
 */
final class ReadBarrier {
  private final int othersNeeded;
  private final CompletableFuture<Reading> answer;
  final long startedAt;

  private final Set<Peer> asked = new HashSet<>();
  private final Map<Long, Long> required = new HashMap<>();
  private @Nullable Standing shown;

  ReadBarrier(int othersNeeded, CompletableFuture<Reading> answer, long startedAt) {
    this.othersNeeded = othersNeeded;
    this.answer = answer;
    this.startedAt = startedAt;
  }

  /** A barrier that waits for the quorum alone, because this node has everything. */
  ReadBarrier(Standing shown, CompletableFuture<Reading> answer, long startedAt) {
    this(0, answer, startedAt);
    this.shown = shown;
  }

  /** A peer whose positions can be relied on has answered a question asked after the start. */
  void answered(Peer peer, Map<Long, Long> positions) {
    if (asked.size() < othersNeeded && asked.add(peer)) {
      Positions.raise(required, positions);
    }
  }

  /** Whether only news of what the other disks have can help now. */
  boolean waitsForQuorum() {
    return shown != null;
  }

  /**
   * Answers the scrape if all is known by now.
   *
   * @param durable what a write quorum has
   * @return whether it was answered
   */
  boolean advance(Standing standing, DurablePositions durable) {
    if (shown == null
        && standing.notes().isWhole()
        && asked.size() >= othersNeeded
        && Positions.cover(standing.positions(), required)) {
      shown = standing;
    }
    if (shown == null || !isVouchedFor(shown, standing, durable)) {
      return false;
    }
    answer.complete(new Reading.Current(shown.exposition()));
    return true;
  }

  /**
   * A store that was put aside since the scrape began is followed by an empty one, whose changes
   * are counted from one again.
   */
  private static boolean isVouchedFor(Standing shown, Standing standing, DurablePositions durable) {
    return shown.notes().isWhole() && shown.stream() == standing.stream() && durable.cover(shown);
  }

  void giveUp(Reading reading) {
    answer.complete(reading);
  }
}
