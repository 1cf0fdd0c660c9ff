package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.cluster.LogOffset;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.ReplicaState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A node that has a log up to 5, and changes behind a gap up to 9. */
final class EndedLogsTest {
  private static final long OWN = 1;
  private static final long LOG = 7;
  private static final long NOW = 1_000_000_000_000L;
  private static final long SILENT = NOW - Timeouts.SILENCE.toNanos() - 1;

  private final ReplicaState replicaState = state(5);

  @Test
  void logWhoseSenderHasGone_hasEnded() {
    assertEquals(Set.of(LOG), ended(peer(2, NOW, 5)));
  }

  @Test
  void logWhoseSenderIsSilent_hasEnded() {
    assertEquals(Set.of(LOG), ended(peer(LOG, SILENT, 5)));
  }

  @Test
  void logOfPresentSender_hasNotEnded() {
    assertEquals(Set.of(), ended(peer(2, NOW, 5), peer(LOG, NOW, 5)));
  }

  @Test
  void gapThatAnotherPeerCloses_isWaitedFor() {
    assertEquals(Set.of(), ended(peer(2, SILENT, 9)));
  }

  @Test
  void logWithoutGap_hasNotEnded() {
    assertEquals(Set.of(), EndedLogs.of(state(9), List.of(), NOW));
  }

  private Set<Long> ended(PeerState... peers) {
    return EndedLogs.of(replicaState, List.of(peers), NOW);
  }

  private static PeerState peer(long log, long heardAt, long reached) {
    PeerState peer = Peers.peer("peer", heardAt);
    peer.heard(
        Peers.heartbeat("peer", log)
            .addVersionVector(LogOffset.newBuilder().setLogId(LOG).setOffset(reached))
            .build());
    peer.answered(heardAt);
    return peer;
  }

  private static ReplicaState state(long reached) {
    return new ReplicaState(
        OWN,
        OWN,
        Map.of(OWN, 3L, LOG, reached),
        Map.of(OWN, 3L, LOG, 9L),
        0,
        0,
        new ClusterMetadata(true, 0, 0, new TreeMap<>(), 0, 0),
        null,
        Long.MAX_VALUE);
  }
}
