package io.holdfast.cluster;

import io.holdfast.storage.Reading;
import io.holdfast.storage.Standing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One scrape that waits until this node knows that it shows everything that was acknowledged
 * before.
 *
 * <p>It asks the others how far they are. As soon as so many have answered that, with this node,
 * they have every acknowledged change among them, it waits until this node is as far; then, until
 * what it is about to show of its own changes is on a quorum of disks, so that nobody who scrapes
 * another node afterwards sees an older value.
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

  /** One that waits for the second alone, because it has everything. */
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

  /**
   * Answers the scrape if all is known by now.
   *
   * @param confirmed the last own change that a quorum has
   * @return whether it was answered
   */
  boolean advance(Standing standing, long confirmed) {
    if (shown == null
        && standing.notes().isWhole()
        && asked.size() >= othersNeeded
        && Positions.cover(standing.positions(), required)) {
      shown = standing;
    }
    if (shown == null || !isVouchedFor(shown, standing, confirmed)) {
      return false;
    }
    answer.complete(new Reading.Current(shown.exposition()));
    return true;
  }

  /**
   * A store that was put aside since the scrape began is followed by an empty one, whose changes
   * are counted from one again.
   */
  private static boolean isVouchedFor(Standing shown, Standing standing, long confirmed) {
    return shown.notes().isWhole()
        && shown.stream() == standing.stream()
        && shown.sequence() <= confirmed;
  }

  void giveUp(Reading reading) {
    answer.complete(reading);
  }
}
