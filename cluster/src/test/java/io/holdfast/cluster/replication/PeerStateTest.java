package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.LogOffset;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PeerStateTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final long LOG = 7;
  private static final long OWN = 3;

  private final PeerState peer = new PeerState(new Peer(UUID.randomUUID(), "peer:1"), NOW);

  @Test
  void peerThatHasJustAppeared_lagsAndIsNotReachable() {
    assertTrue(peer.isLagging());
    assertEquals(5, peer.lagging(NOW + 5));
    assertFalse(peer.isReachable(NOW));
    assertTrue(peer.isSilent(NOW));
    assertEquals("peer:1", peer.name());
    assertEquals(0, peer.logId());
  }

  @Test
  void answer_keepsPeerReachableForTheLeaseAfterItsQuestion() {
    long lease = Timeouts.LEASE.toNanos();
    assertTrue(peer.answered(NOW));
    assertTrue(peer.isReachable(NOW + lease));
    assertFalse(peer.isReachable(NOW + lease + 1));
    assertFalse(peer.isSilent(NOW + Timeouts.SILENCE.toNanos()));
    assertTrue(peer.isSilent(NOW + Timeouts.SILENCE.toNanos() + 1));
  }

  @Test
  void answerToAnEarlierQuestion_isNoNews() {
    assertTrue(peer.answered(NOW));
    assertFalse(peer.answered(NOW - 1));
    assertEquals(NOW, peer.heardAt(NOW + 9));
  }

  @Test
  void fellBehind_keepsTheFirstTime() {
    peer.caughtUp();
    assertEquals(0, peer.lagging(NOW + 9));
    peer.fellBehind(NOW + 1);
    peer.fellBehind(NOW + 5);
    assertEquals(8, peer.lagging(NOW + 9));
  }

  @Test
  void transfer_countsOnlyForTheLogThatItCameFrom() {
    heard(LOG, true);
    assertTrue(peer.needsTransfer());
    peer.transferred(LOG, true);
    assertTrue(peer.countsForReadQuorum());
    assertFalse(peer.needsTransfer());

    heard(LOG + 1, true);
    assertFalse(peer.isTransferred());
    assertFalse(peer.countsForReadQuorum());
    assertTrue(peer.needsTransfer());
  }

  @Test
  void transferFromIncompleteStore_isRepeatedWhenTheStoreIsComplete() {
    heard(LOG, false);
    peer.transferred(LOG, false);
    assertTrue(peer.isTransferred());
    assertFalse(peer.countsForReadQuorum());
    assertFalse(peer.needsTransfer());

    heard(LOG, true);
    assertTrue(peer.needsTransfer());
  }

  @Test
  void gap_needsATransferUntilOneBegins() {
    heard(LOG, true);
    peer.transferred(LOG, true);
    peer.transferNeeded();
    assertTrue(peer.needsTransfer());
    assertTrue(peer.countsForReadQuorum());
    peer.transferBegins();
    assertFalse(peer.needsTransfer());
  }

  @Test
  void lostTransfer_countsNoMore() {
    heard(LOG, true);
    peer.transferred(LOG, true);
    peer.transferLost();
    assertFalse(peer.isTransferred());
    assertTrue(peer.needsTransfer());
  }

  @Test
  void peerAhead_isTrailedUntilThisNodeHasWhatThePeerHadFirst() {
    heard(LOG, true, LOG, 5);
    peer.compare(Map.of(LOG, 4L), NOW);
    heard(LOG, true, LOG, 9);
    peer.compare(Map.of(LOG, 4L), NOW + 3);
    assertEquals(10, peer.trailing(NOW + 10));
    assertEquals(Set.of(LOG), peer.streamsAhead(Map.of(LOG, 8L)));

    peer.compare(Map.of(LOG, 5L), NOW + 11);
    assertEquals(1, peer.trailing(NOW + 12));
    peer.compare(Map.of(LOG, 9L), NOW + 12);
    assertEquals(0, peer.trailing(NOW + 20));
  }

  @Test
  void peerThatHasLessThanBefore_isNotTrailedForWhatItHad() {
    heard(LOG, true, LOG, 5);
    peer.compare(Map.of(), NOW);
    heard(LOG + 1, true, LOG, 2);
    peer.compare(Map.of(LOG, 2L), NOW + 3);
    assertEquals(0, peer.trailing(NOW + 9));
  }

  @Test
  void changeThatWaitsToBeSent_isNotReached_evenIfThePeerHasCopiedIt() {
    enqueue(1, 2);
    peer.reached(OWN, 2);
    assertEquals(0, peer.reached(OWN));

    acknowledge(Objects.requireNonNull(peer.nextBatch()), 2);
    assertEquals(2, peer.reached(OWN));
    assertFalse(peer.hasUnacknowledged(OWN, 2));
  }

  @Test
  void changeThatCameWithATransfer_isReachedAndUnacknowledged() {
    peer.reached(OWN, 2);
    assertTrue(peer.hasUnacknowledged(OWN, 2));
    assertFalse(peer.hasUnacknowledged(OWN, 3));
  }

  @Test
  void offsetsOfAnotherLog_areNotReached() {
    peer.reached(OWN, 100);
    assertEquals(0, peer.reached(OWN + 1));
    peer.reached(OWN + 1, 2);
    assertEquals(2, peer.reached(OWN + 1));
    assertEquals(0, peer.reached(OWN));
  }

  @Test
  void refusal_isNewOnceAndEndsWithAnAcknowledgement() {
    assertTrue(peer.refused("disk full"));
    assertFalse(peer.refused("disk full"));
    enqueue(1, 1);
    acknowledge(Objects.requireNonNull(peer.nextBatch()), 1);
    assertEquals(null, peer.refusal());
    assertFalse(peer.refused(null));
    assertTrue(peer.refused("disk full"));
  }

  @Test
  void clockSample_isAwayOnlyBeyondItsError() {
    peer.clockHeard(60_000, NOW, NOW + 200_000_000);
    ClockSample sample = Objects.requireNonNull(peer.clockSample());
    assertEquals(10_000, sample.offsetMillis(50_000, NOW + 100_000_000));
    assertFalse(sample.isAway(50_000, NOW + 100_000_000, 9_900));
    assertTrue(sample.isAway(50_000, NOW + 100_000_000, 9_898));
  }

  private void heard(long log, boolean isComplete) {
    heard(log, isComplete, log, 0);
  }

  private void heard(long log, boolean isComplete, long ofLog, long offset) {
    peer.heard(
        Heartbeat.newBuilder()
            .setLogId(log)
            .setComplete(isComplete)
            .addVersionVector(LogOffset.newBuilder().setLogId(ofLog).setOffset(offset))
            .build());
  }

  private void enqueue(long first, int count) {
    assertTrue(peer.enqueue(OWN, first, Collections.nCopies(count, new byte[1])));
  }

  private void acknowledge(Changes batch, long reached) {
    peer.batchAcknowledged(batch, ChangesAnswer.newBuilder().setReached(reached).build());
  }
}
