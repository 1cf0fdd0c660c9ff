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
 * <p>Concurrency: confined to the event loop.
 */
final class ReadBarrier {
  private final int othersNeeded;
  private final CompletableFuture<ReadResult> answer;
  final long startedAt;

  private final Set<Peer> asked = new HashSet<>();
  private final Map<Long, Long> required = new HashMap<>();
  private @Nullable ReplicaState shown;

  ReadBarrier(int othersNeeded, CompletableFuture<ReadResult> answer, long startedAt) {
    this.othersNeeded = othersNeeded;
    this.answer = answer;
    this.startedAt = startedAt;
  }

  /**
   * Creates a barrier that waits only for the write quorum, because this node has every
   * acknowledged change.
   */
  ReadBarrier(ReplicaState shown, CompletableFuture<ReadResult> answer, long startedAt) {
    this(0, answer, startedAt);
    this.shown = shown;
  }

  /**
   * Takes the version vector of a peer that counts for the read quorum. The peer answered a
   * question that was asked after the start of the scrape.
   */
  void answered(Peer peer, Map<Long, Long> versionVector) {
    if (asked.size() < othersNeeded && asked.add(peer)) {
      VersionVectors.raise(required, versionVector);
    }
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
