package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Request;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that has nothing copies from one that has two groups; a test may alter answers. */
final class StateTransferTest {
  private final ThreeNodes peers = new ThreeNodes();
  private final ThreeNodes others = new ThreeNodes();
  private final SimulatedNode.Life node = others.life(0);
  private final ReplicatedStore source = peers.life(0).store;
  private final TransferServer server = new TransferServer(source);
  private final PeerState peer = Peers.peer("peer", node.nanos());
  private final List<Request> asked = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();
  private UnaryOperator<Answer> fault = UnaryOperator.identity();
  private final StateTransfer transfer =
      new StateTransfer(
          peer,
          request -> ask(request),
          node.store,
          node,
          (ended, failure) -> ends.add(failure == null ? "copied" : failure));

  private CompletableFuture<Answer> ask(Request request) {
    asked.add(request);
    CompletableFuture<Answer> answer = server.answer(request);
    peers.run(ThreeNodes.SECOND);
    return answer.thenApply(fault);
  }

  @BeforeEach
  void push() {
    List<WriteOutcome> outcomes = new ArrayList<>();
    peers.submit(0, ThreeNodes.push("a", "value 1\n"), outcomes);
    peers.submit(0, ThreeNodes.push("b", "value 2\n"), outcomes);
    peers.run(ThreeNodes.SECOND);
    peer.heard(
        Peers.heartbeat("peer", source.replicaState().logId())
            .setClock(source.replicaState().clock())
            .build());
  }

  @Test
  void transfer_bringsEveryGroupAndTheVersionVector() {
    run();
    assertEquals(List.of("copied"), ends);
    assertEquals(source.replicaState().digest(), node.store.replicaState().digest());
    assertEquals(2, transfer.progress().copied());
    assertTrue(
        VersionVectors.cover(
            node.store.replicaState().versionVector(), source.replicaState().versionVector()));
    assertTrue(transfer.wasPeerComplete());
  }

  @Test
  void transferOfEqualStores_asksForTheDigestAlone() {
    run();
    asked.clear();
    ends.clear();
    new StateTransfer(peer, this::ask, node.store, node, (ended, failure) -> ends.add("" + failure))
        .start();
    others.run(ThreeNodes.SECOND);
    assertEquals(List.of("null"), ends);
    assertEquals(1, asked.size());
    assertTrue(asked.get(0).hasDigest());
  }

  @Test
  void digestBeyondTheClockOfItsSender_isRefused() {
    fault =
        answer ->
            answer.hasDigest()
                ? answer.toBuilder()
                    .setDigest(answer.getDigest().toBuilder().setCollectedWatermark(Long.MAX_VALUE))
                    .build()
                : answer;
    run();
    assertEquals(List.of("its digest claims more than its clock shows"), ends);
  }

  @Test
  void answerToAnotherQuestion_endsTheTransfer() {
    fault = answer -> Answer.getDefaultInstance();
    run();
    assertEquals(List.of("an answer to another question"), ends);
  }

  @Test
  void peerThatOpensItsStoreAnew_endsTheTransferBeforeAnythingIsMerged() {
    fault =
        answer ->
            answer.hasDigest()
                ? answer.toBuilder().setDigest(answer.getDigest().toBuilder().setLogId(1)).build()
                : answer;
    run();
    assertEquals(List.of("the node has opened its store anew"), ends);
    assertEquals(0, node.store.replicaState().exposition().groups());
  }

  @Test
  void abandonedTransfer_mergesNothingMore_andTellsNobody() {
    fault =
        answer -> {
          if (answer.hasStates()) {
            transfer.abandon();
          }
          return answer;
        };
    run();
    assertEquals(List.of(), ends);
    assertEquals(0, node.store.replicaState().exposition().groups());
  }

  @Test
  void transferThatIsGivenUp_endsOnce() {
    transfer.start();
    transfer.giveUp("gone");
    others.run(ThreeNodes.SECOND);
    assertEquals(List.of("gone"), ends);
    assertFalse(ends.contains("copied"));
  }

  @Test
  void incompletePeer_isToldApart() {
    fault =
        answer ->
            answer.hasDigest()
                ? answer.toBuilder().setDigest(incomplete(answer.getDigest())).build()
                : answer;
    run();
    assertEquals(List.of("copied"), ends);
    assertFalse(transfer.wasPeerComplete());
  }

  private static Digest incomplete(Digest digest) {
    return digest.toBuilder().setComplete(false).build();
  }

  private void run() {
    transfer.start();
    others.run(ThreeNodes.SECOND);
  }
}
