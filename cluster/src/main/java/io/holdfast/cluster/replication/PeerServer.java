package io.holdfast.cluster.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.Request;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.Refusal;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The server of requests from peers: heartbeats, changes, and the questions of state transfers. The
 * counterpart of {@link PeerClient}.
 *
 * <p>Guarantees: every request gets an answer, if only a refusal. An answer to changes comes after
 * the changes are on this disk. Changes are merged only while the given rule allows, because a
 * merged change counts as acknowledged by this disk.
 *
 * <p>INVARIANT: the time of a request is noted before any other use of the request. So a pause of
 * this machine is found before the request has an effect.
 *
 * <p>Concurrency: for any thread.
 */
final class PeerServer {
  private final LocalNode node;
  private final PauseGuard pauses;
  private final Supplier<Heartbeat> heartbeat;
  private final Predicate<Peer> mayMerge;
  private final Listener listener;
  private final TransferServer transfers;

  /** The receiver of merged changes, on the event loop. */
  interface Listener {
    /**
     * Takes changes of a peer that are on this disk.
     *
     * @param reached the offset up to which this disk has the peer's log
     */
    void merged(Peer from, Changes changes, long reached);
  }

  /**
   * @param heartbeat returns the heartbeat of this node
   * @param mayMerge whether the changes of a peer can be merged
   */
  PeerServer(
      LocalNode node,
      PauseGuard pauses,
      Supplier<Heartbeat> heartbeat,
      Predicate<Peer> mayMerge,
      Listener listener) {
    this.node = node;
    this.pauses = pauses;
    this.heartbeat = heartbeat;
    this.mayMerge = mayMerge;
    this.listener = listener;
    this.transfers = new TransferServer(node.store());
  }

  /** Answers a request. */
  CompletableFuture<byte[]> received(Peer from, byte[] bytes) {
    Request request;
    try {
      request = Request.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      node.counters().refused();
      return CompletableFuture.completedFuture(
          refusal(badMessage("not a request: " + e.getMessage())));
    }
    pauses.heard(request.getTime());
    return answer(from, request)
        .handle(
            (answer, failure) ->
                answer == null
                    ? refusal(badMessage(String.valueOf(failure)))
                    : answer.toBuilder().setTime(pauses.now()).build().toByteArray());
  }

  private byte[] refusal(Refusal refusal) {
    return refused(refusal).toBuilder().setTime(pauses.now()).build().toByteArray();
  }

  private static Answer refused(Refusal refusal) {
    return Answer.newBuilder().setRefusal(refusal.toString()).build();
  }

  private static Refusal badMessage(String text) {
    return new Refusal(Refusal.Code.BAD_MESSAGE, text);
  }

  private CompletableFuture<Answer> answer(Peer from, Request request) {
    if (request.hasHeartbeat()) {
      node.clock().follow(request.getHeartbeat().getMillis());
      return CompletableFuture.completedFuture(
          Answer.newBuilder().setHeartbeat(heartbeat.get()).build());
    }
    if (!request.hasChanges()) {
      return transfers.answer(request);
    }
    if (!mayMerge.test(from)) {
      return CompletableFuture.completedFuture(refused(ReplicaRefusals.MAY_BE_QUARANTINED));
    }
    return merge(from, request.getChanges());
  }

  private CompletableFuture<Answer> merge(Peer from, Changes changes) {
    return BatchReceiver.merge(changes, node.store())
        .thenApply(
            outcome -> {
              if (outcome instanceof MergeOutcome.Refused refused) {
                node.counters().refused();
                return refused(refused.refusal());
              }
              ChangesAnswer answer =
                  BatchReceiver.answer(
                      changes, (MergeOutcome.Merged) outcome, node.store().replicaState());
              node.loop().execute(() -> listener.merged(from, changes, answer.getReached()));
              return Answer.newBuilder().setChanges(answer).build();
            });
  }
}
