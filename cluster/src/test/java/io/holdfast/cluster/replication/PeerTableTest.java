package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PeerTableTest {
  private final PeerTable peers = new PeerTable();
  private final PeerState peer = Peers.copied("peer", 7, 0);

  @Test
  void peerThatLeaves_mustBeMetAgain() {
    peers.add(peer);
    peers.meet(peer, true);
    assertTrue(peers.hasMet(peer.process()));

    assertSame(peer, peers.remove(peer.process()));
    assertFalse(peers.hasMet(peer.process()));
    assertNull(peers.remove(peer.process()));
  }

  @Test
  void peerWhoseWatermarkBecomesHarmful_isNoLongerMet() {
    peers.add(peer);
    peers.meet(peer, true);
    peers.meet(peer, false);
    assertFalse(peers.hasMet(peer.process()));
  }

  @Test
  void earlierStateOfProcess_isNotPresent() {
    peers.add(peer);
    PeerState again = new PeerState(peer.process(), 1);
    peers.add(again);
    assertTrue(peers.isPresent(again));
    assertFalse(peers.isPresent(peer));
  }

  @Test
  void othersOfNode_areThoseThatHaveNamedIt() {
    PeerState moved = Peers.copied("moved", 7, 0);
    peers.add(peer);
    peers.add(Peers.copied("other", 8, 0));
    peers.add(Peers.peer("silent", 0));
    peers.add(moved);
    assertEquals(List.of(peer), peers.othersOf(moved, 7));
  }
}
