package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.Request;
import io.holdfast.storage.ReadResult;
import java.util.Optional;
import java.util.UUID;
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

  @Test
  void changesOfStranger_areRefused() throws InvalidProtocolBufferException {
    Changes changes = Changes.newBuilder().setLogId(9).setFirst(1).build();
    Peer stranger = new Peer(UUID.randomUUID(), "stranger");
    Answer answer =
        answer(stranger, Request.newBuilder().setChanges(changes).build().toByteArray());
    assertEquals(ReplicaRefusals.MAY_BE_QUARANTINED.toString(), answer.getRefusal());
  }

  @Test
  void messageThatIsNoRequest_isAnsweredWithRefusal() throws InvalidProtocolBufferException {
    Answer answer = answer(new Peer(UUID.randomUUID(), "peer"), new byte[] {-1});
    assertTrue(answer.getRefusal().startsWith("bad_message: not a request"), answer::getRefusal);
    assertTrue(answer.hasTime());
  }

  private Answer answer(Peer from, byte[] request) throws InvalidProtocolBufferException {
    CompletableFuture<byte[]> answer = replica.received(from, request);
    nodes.run(ThreeNodes.SECOND);
    return Answer.parseFrom(answer.join());
  }
}
