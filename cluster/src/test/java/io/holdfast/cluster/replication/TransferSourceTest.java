package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.holdfast.cluster.replication.TransferSource.Need;
import io.holdfast.proto.cluster.LogOffset;
import io.holdfast.storage.ReplicaState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TransferSourceTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final long OWN = 1;

  private final ReplicaState own = own(Map.of());
  private final PeerState one = Peers.copied("one", 2, NOW);
  private final PeerState other = Peers.copied("other", 3, NOW);

  @Test
  void peerThatIsNotHeardFrom_isNoCandidate() {
    long later = NOW + Timeouts.LEASE.toNanos() + 1;
    other.answered(later);
    assertEquals(List.of(other), peers(later, 0));
  }

  @Test
  void peerThatWillQuarantineItsStore_isNoCandidate() {
    other.heard(Peers.heartbeat("other", 3).setDeliveredWatermark(9).build());
    assertEquals(List.of(other), peers(NOW, 9));
    assertEquals(List.of(), peers(NOW, 10));
  }

  @Test
  void peerWhoseStateIsHere_isNotNeeded() {
    assertEquals(Need.NONE, need(one, own, NOW));
  }

  @Test
  void peerWithAGap_isNeeded() {
    one.transferNeeded();
    assertEquals(Need.LACKING, need(one, own, NOW));
  }

  @Test
  void peerAhead_isNeededWhenItHasBeenForTooLong() {
    sayVersionVector(one, 2, 5);
    one.compare(own.versionVector(), NOW);
    long later = NOW + Timeouts.TRAILING.toNanos();
    hear(later);
    assertEquals(Need.NONE, need(one, own, later));
    hear(later + 1);
    assertEquals(Need.TRAILING, need(one, own, later + 1));
  }

  @Test
  void equalVersionVectorsWithAnotherDigest_areNeededWhenAComparisonIsDue() {
    one.heard(Peers.heartbeat("one", 2).setDigest(1).build());
    long later = NOW + Timeouts.COMPARISON.toNanos();
    hear(later);
    assertEquals(Need.NONE, need(one, own, later));
    hear(later + 1);
    assertEquals(Need.DIVERGED, need(one, own, later + 1));
  }

  @Test
  void changesOfASilentNode_areNeededFromAnotherThatHasThem() {
    sayVersionVector(one, 3, 5);
    long later = NOW + Timeouts.SILENCE.toNanos() + 1;
    one.answered(later);
    assertEquals(Need.UNSENT, need(one, own, later));
    other.answered(later);
    assertEquals(Need.NONE, need(one, own, later));
  }

  @Test
  void pick_prefersThePeerThatIsComplete() {
    other.transferNeeded();
    one.heard(Peers.heartbeat("one", 2).setComplete(false).build());
    one.transferNeeded();
    assertSame(other, pick(NOW, false));
  }

  @Test
  void pick_ofPeersThatAreNotNeeded_isTheLongestNotCompared_whenItIsDue() {
    one.compared(0, NOW + 2);
    other.compared(0, NOW + 1);
    assertNull(pick(NOW + 3, false));
    assertSame(other, pick(NOW + 3, true));
  }

  @Test
  void pick_ofNobody_isNull() {
    assertNull(TransferSource.pick(List.of(), true, NOW));
  }

  private void hear(long now) {
    one.answered(now);
    other.answered(now);
  }

  private static void sayVersionVector(PeerState peer, long log, long offset) {
    peer.heard(
        Peers.heartbeat(peer.name(), peer.logId())
            .addVersionVector(LogOffset.newBuilder().setLogId(log).setOffset(offset))
            .build());
  }

  private Need need(PeerState peer, ReplicaState own, long now) {
    return TransferSource.candidates(List.of(one, other), own, 0, now).stream()
        .filter(candidate -> candidate.peer() == peer)
        .findAny()
        .orElseThrow()
        .need();
  }

  private List<PeerState> peers(long now, long collected) {
    return TransferSource.candidates(List.of(one, other), own, collected, now).stream()
        .map(TransferSource::peer)
        .toList();
  }

  private PeerState pick(long now, boolean isComparisonDue) {
    return TransferSource.pick(
        TransferSource.candidates(List.of(one, other), own, 0, now), isComparisonDue, now);
  }

  private static ReplicaState own(Map<Long, Long> versionVector) {
    return Peers.replicaState(OWN, versionVector);
  }
}
