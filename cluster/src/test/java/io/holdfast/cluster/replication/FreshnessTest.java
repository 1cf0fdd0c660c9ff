package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Limits;
import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.proto.cluster.LogOffset;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A node of three with a write quorum of two, and so a read quorum of two. */
final class FreshnessTest {
  private static final long OWN = 1;
  private static final Quorum QUORUM = new Quorum(3, 2, false);
  private static final Duration LAG_GRACE = Duration.ofMillis(500);
  private static final Duration READ_GRACE = Duration.ofSeconds(5);

  private final FakeLoop loop = new FakeLoop();
  private final Freshness freshness =
      new Freshness(
          new ReplicaOptions(
              "node",
              QUORUM,
              new Limits(LAG_GRACE, READ_GRACE, Duration.ofMinutes(1), Duration.ofDays(7))),
          loop);
  private final PeerState peer = Peers.copied("peer", 2, loop.nanos());
  private Map<Long, Long> versionVector = Map.of();
  private boolean isTransferring;

  @Test
  void nodeThatHasJustStarted_isNotReady() {
    assertEquals(Optional.of("starting"), freshness.unready().map(Refusal::text));
    assertFalse(freshness.isCutOff());
  }

  @Test
  void nodeThatHasCopiedAReadQuorum_isFreshAndReady() {
    look();
    assertTrue(freshness.isFresh());
    assertEquals(Optional.empty(), freshness.unready());
    assertNull(freshness.cannotWrite(List.of(peer)));
  }

  @Test
  void peerWhoseStateWasNotCopied_doesNotCount() {
    peer.transferLost();
    look();
    assertFalse(freshness.isFresh());
    assertTrue(
        freshness.unready().orElseThrow().text().startsWith("states exchanged with 1 nodes"));
  }

  @Test
  void lease_runsOutEvenIfTheLoopStandsStill() {
    look();
    loop.freeze(Timeouts.LEASE);
    assertEquals(Optional.empty(), freshness.unready());
    loop.freeze(Duration.ofNanos(1));
    assertTrue(freshness.unready().orElseThrow().text().startsWith("not heard from a quorum"));
  }

  @Test
  void nodeThatTrailsBehindAPeer_isNotFreshAfterTheLagGrace() {
    peer.heard(
        Peers.heartbeat("peer", 2)
            .addVersionVector(LogOffset.newBuilder().setLogId(2).setOffset(5))
            .build());
    peer.compare(versionVector, loop.nanos());
    pass(LAG_GRACE);
    assertTrue(freshness.isFresh());
    pass(Duration.ofMillis(1));
    assertFalse(freshness.isFresh());
    assertEquals(
        Optional.of(new Refusal(Refusal.Code.NOT_FRESH, "catching up with peer")),
        freshness.unready());
  }

  @Test
  void nodeThatTriesInVainForTheReadGrace_isCutOff() {
    peer.transferLost();
    look();
    pass(READ_GRACE.minusMillis(100));
    assertFalse(freshness.isCutOff());
    pass(Duration.ofMillis(100));
    assertTrue(freshness.isCutOff());
  }

  @Test
  void nodeThatCopies_isNotCutOff() {
    peer.transferLost();
    isTransferring = true;
    look();
    pass(READ_GRACE.multipliedBy(2));
    assertFalse(freshness.isCutOff());
  }

  @Test
  void freezeOfTheProcess_beginsTheReadGraceAnew() {
    peer.transferLost();
    look();
    pass(READ_GRACE);
    assertTrue(freshness.isCutOff());
    loop.freeze(Timeouts.FREEZE.plusMillis(1));
    assertFalse(freshness.isCutOff());
    look();
    assertFalse(freshness.isCutOff());
  }

  @Test
  void stateThatIsOnTooFewDisks_makesTheNodeUnreadyAfterTheLease() {
    look();
    versionVector = Map.of(OWN, 1L);
    pass(Timeouts.LEASE);
    assertEquals(Optional.empty(), freshness.unready());
    pass(Duration.ofMillis(100));
    assertTrue(
        freshness.unready().orElseThrow().text().contains("on fewer nodes than the write quorum"));
    assertTrue(freshness.isFresh());
  }

  @Test
  void nodeBelowTheWriteQuorum_cannotWrite() {
    assertTrue(
        String.valueOf(freshness.cannotWrite(List.of()))
            .startsWith("no_quorum: this node reaches 1 of 3 nodes"));
  }

  /** Time passes, with a look in each tick, and the peer answers. */
  private void pass(Duration duration) {
    long end = loop.nanos() + duration.toNanos();
    while (loop.nanos() < end) {
      loop.freeze(Duration.ofNanos(Math.min(Timeouts.TICK.toNanos(), end - loop.nanos())));
      peer.answered(loop.nanos());
      look();
    }
  }

  private void look() {
    ReplicaState replicaState = Peers.replicaState(OWN, versionVector);
    List<PeerState> peers = List.of(peer);
    freshness.look(
        replicaState,
        peers,
        new DurableOffsets(QUORUM, replicaState, peers, 0),
        isTransferring,
        null);
  }
}
