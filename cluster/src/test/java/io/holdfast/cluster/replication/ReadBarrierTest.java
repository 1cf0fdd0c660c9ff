package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.ReplicaState;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A store that is quarantined while a scrape waits. In the simulation that happens in one seed of
 * some thousand.
 */
final class ReadBarrierTest {
  private final SimulatedNode.Life node = new ThreeNodes().life(0);
  private final ReplicaState complete = node.store.replicaState();

  private final CompletableFuture<ReadResult> answer = new CompletableFuture<>();

  @Test
  void snapshotOfCompleteStore_isVouchedFor() {
    assertTrue(
        new ReadBarrier(complete, answer, 0)
            .advance(complete, durable(complete, complete.offset())));
  }

  @Test
  void snapshotOfStoreThatFollowsQuarantinedOne_isNot() {
    ReplicaState empty = next(new ClusterMetadata(false, 0, 0, new TreeMap<>(), 0, 0));
    assertFalse(new ReadBarrier(empty, answer, 0).advance(empty, durable(empty, 0)));
    assertFalse(answer.isDone());
  }

  @Test
  void snapshotOfStoreQuarantinedSince_isNotVouchedForByWhatTheNextHasConfirmed() {
    ReplicaState filled = next(complete.metadata());
    assertFalse(
        new ReadBarrier(complete, answer, 0).advance(filled, durable(filled, Long.MAX_VALUE)));
    assertFalse(answer.isDone());
  }

  @Test
  void changeOfAnotherNode_isVouchedForWhenWriteQuorumHasIt() {
    PeerState sender = node.replica.peers().iterator().next();
    assertTrue(
        new ReadBarrier(complete, answer, 0)
            .advance(complete, durable(complete, complete.offset())));
    ReplicaState ahead =
        showing(sender.logId(), sender.versionVector().getOrDefault(sender.logId(), 0L) + 1);
    assertFalse(new ReadBarrier(ahead, answer, 0).advance(ahead, durable(ahead, Long.MAX_VALUE)));
  }

  @Test
  void scrapeDuringPause_asksPeersAgain() {
    Peer peer = node.replica.peers().iterator().next().process();
    ReadBarrier barrier = new ReadBarrier(1, answer, 0);
    barrier.answered(peer, Map.of(), 0);
    assertTrue(barrier.restart(10));
    assertFalse(barrier.advance(complete, durable(complete, complete.offset())));
    barrier.answered(peer, Map.of(), 9);
    assertFalse(barrier.advance(complete, durable(complete, complete.offset())));
    barrier.answered(peer, Map.of(), 10);
    assertTrue(barrier.advance(complete, durable(complete, complete.offset())));
  }

  /** A change of this node can have a version from before the pause, and be in the snapshot. */
  @Test
  void snapshotFromBeforeTheEndOfPause_isNotShown() {
    ReadBarriers barriers = new ReadBarriers();
    barriers.add(new ReadBarrier(complete, answer, 5));
    assertFalse(barriers.restartPaused(since -> since > 5, 10));
    assertFalse(answer.isDone());
    assertFalse(barriers.restartPaused(since -> since <= 5, 10));
    assertInstanceOf(ReadResult.Unavailable.class, answer.join());
    assertFalse(barriers.waitForQuorum());
  }

  @Test
  void scrapeIsBegunAgain_onceForEachPause() {
    ReadBarriers barriers = new ReadBarriers();
    barriers.add(new ReadBarrier(1, answer, 0));
    long pausedAt = 10;
    assertTrue(barriers.restartPaused(since -> pausedAt >= since, 10));
    assertFalse(barriers.restartPaused(since -> pausedAt >= since, 11));
  }

  private ReplicaState showing(long logId, long offset) {
    return new ReplicaState(
        complete.node(),
        complete.logId(),
        Map.of(logId, offset),
        Map.of(logId, offset),
        0,
        complete.clock(),
        complete.metadata(),
        complete.exposition(),
        Long.MAX_VALUE);
  }

  private DurableOffsets durable(ReplicaState replicaState, long confirmed) {
    return new DurableOffsets(
        ThreeNodes.options(0).quorum(), replicaState, node.replica.peers(), confirmed);
  }

  private ReplicaState next(ClusterMetadata metadata) {
    return new ReplicaState(
        complete.node(),
        complete.logId() + 1,
        Map.of(),
        Map.of(),
        0,
        complete.clock(),
        metadata,
        complete.exposition(),
        Long.MAX_VALUE);
  }
}
