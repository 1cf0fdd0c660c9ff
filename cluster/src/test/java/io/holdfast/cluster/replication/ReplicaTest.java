package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.ReadResult;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What other threads are told by one of three nodes, whose time a test lets pass. */
final class ReplicaTest {
  private final ThreeNodes nodes = new ThreeNodes();
  private final Replica replica = nodes.life(0).replica;

  @Test
  void nodeInTouchWithAll_takesChangesAndReads() {
    assertNull(replica.cannotWrite());
    assertEquals(Optional.empty(), replica.unready());
    assertEquals(2, replica.status().members().size());
    CompletableFuture<ReadResult> result = replica.read();
    nodes.run(ThreeNodes.SECOND);
    assertInstanceOf(ReadResult.Fresh.class, result.join());
  }

  @Test
  void nodeThatHasJustStarted_refusesChangesUntilItsFirstViewSaysOtherwise() {
    nodes.crash(0);
    nodes.start(0);
    Replica fresh = nodes.life(0).replica;
    assertEquals(ReplicaRefusals.STARTING, fresh.cannotWrite());
    nodes.run(10 * ThreeNodes.SECOND);
    assertNull(fresh.cannotWrite());
  }

  @Test
  void nodeAlone_refusesChangesAndReads_whenTheLeasesHaveRunOut() {
    nodes.crash(1);
    nodes.crash(2);
    nodes.run(Timeouts.LEASE.toNanos() + ThreeNodes.SECOND);
    String reason = String.valueOf(replica.cannotWrite());
    assertTrue(reason.startsWith("no_quorum: this node reaches 1 of 3 nodes"), reason);
    assertFalse(replica.status().hasQuorum());

    CompletableFuture<ReadResult> result = replica.read();
    nodes.run(Timeouts.READ_DEADLINE.toNanos() + ThreeNodes.SECOND);
    assertInstanceOf(ReadResult.Unavailable.class, result.join());
  }

  @Test
  void stoppedNode_answersTheReadsThatWait() {
    nodes.crash(1);
    nodes.crash(2);
    CompletableFuture<ReadResult> result = replica.read();
    nodes.run(1);
    replica.stop();
    nodes.run(1);
    assertInstanceOf(ReadResult.Unavailable.class, result.join());
  }
}
