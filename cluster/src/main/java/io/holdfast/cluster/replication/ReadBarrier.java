package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.ReplicaState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A scrape that waits. The scrape's answer shows every change that was acknowledged, or shown by
 * any node, before the scrape began.
 *
 * <p>The barrier asks the peers for their version vectors (as Raft's ReadIndex). A read quorum of
 * nodes, this node included, has every acknowledged change among its nodes. After the answers of a
 * read quorum, the barrier waits until this node has reached their version vectors. Then the
 * barrier waits until a write quorum has all that the answer shows on its disks. The second wait
 * covers the changes of this node and of all peers. So a later scrape of another node never shows
 * an older value. The second wait is the second phase of a read in ABD.
 *
 * <p>A pause of the machine makes the answers of peers old, and a change of this node can have
 * taken a version from before the pause. So after a pause the barrier begins again, see {@link
 * #restart}.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class ReadBarrier {
  private final int othersNeeded;
  private final CompletableFuture<ReadResult> answer;
  final long startedAt;
  private final boolean isOfSnapshot;

  private final Set<Peer> asked = new HashSet<>();
  private final Map<Long, Long> required = new HashMap<>();
  private @Nullable ReplicaState shown;

  /** Answers to questions that were sent before this time do not count. */
  private long askedSince;

  /** Pauses that were found before this time are allowed for. */
  private long pausesSince;

  ReadBarrier(int othersNeeded, CompletableFuture<ReadResult> answer, long startedAt) {
    this(othersNeeded, null, answer, startedAt);
  }

  private ReadBarrier(
      int othersNeeded,
      @Nullable ReplicaState shown,
      CompletableFuture<ReadResult> answer,
      long startedAt) {
    this.othersNeeded = othersNeeded;
    this.shown = shown;
    this.isOfSnapshot = shown != null;
    this.answer = answer;
    this.startedAt = startedAt;
    this.askedSince = startedAt;
    this.pausesSince = startedAt;
  }

  /**
   * Creates a barrier that waits only for the write quorum, because this node has every
   * acknowledged change.
   *
   * @param startedAt the start of the scrape, before it was known that this node has every change
   */
  ReadBarrier(ReplicaState shown, CompletableFuture<ReadResult> answer, long startedAt) {
    this(0, shown, answer, startedAt);
  }

  /**
   * Takes the version vector of a peer that counts for the read quorum. A question that was asked
   * before the start of the scrape does not count.
   */
  void answered(Peer peer, Map<Long, Long> versionVector, long sentAt) {
    boolean isInTime = sentAt - askedSince >= 0;
    if (isInTime && asked.size() < othersNeeded && asked.add(peer)) {
      VersionVectors.raise(required, versionVector);
    }
  }

  /** Returns the time since which a pause of the machine matters. */
  long pausesSince() {
    return pausesSince;
  }

  /**
   * Begins again after a pause of the machine. A snapshot cannot be taken again, so its scrape is
   * refused.
   *
   * @return whether peers must be asked again
   */
  boolean restart(long now) {
    pausesSince = now + 1;
    if (isOfSnapshot) {
      answer.complete(new ReadResult.Unavailable(ReplicaRefusals.PAUSED));
      return false;
    }
    shown = null;
    asked.clear();
    required.clear();
    askedSince = now;
    return true;
  }

  /** Returns whether the scrape has its answer. */
  boolean isAnswered() {
    return answer.isDone();
  }

  /** Returns whether the barrier waits only for the disks of peers. */
  boolean waitsForQuorum() {
    return shown != null;
  }

  /**
   * Answers the scrape if all is known by now.
   *
   * @param durable the offsets that a write quorum has
   * @return whether the scrape was answered
   */
  boolean advance(ReplicaState replicaState, DurableOffsets durable) {
    if (shown == null
        && replicaState.metadata().isComplete()
        && asked.size() >= othersNeeded
        && VersionVectors.cover(replicaState.versionVector(), required)) {
      shown = replicaState;
    }
    if (shown == null || !isVouchedFor(shown, replicaState, durable)) {
      return false;
    }
    answer.complete(new ReadResult.Fresh(shown.exposition()));
    return true;
  }

  /**
   * Returns whether the replica state can be shown. A store that was quarantined since the scrape
   * began is followed by an empty store with a new log.
   */
  private static boolean isVouchedFor(
      ReplicaState shown, ReplicaState replicaState, DurableOffsets durable) {
    return shown.metadata().isComplete()
        && shown.logId() == replicaState.logId()
        && durable.cover(shown);
  }

  void giveUp(ReadResult result) {
    answer.complete(result);
  }
}
