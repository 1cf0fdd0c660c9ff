package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Request;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sender of this node's changes to each peer, one batch at a time. The next batch gathers while
 * a batch is under way. So the slower a peer is, the more changes share a message and a sync.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class BatchSender {
  private static final Logger log = LoggerFactory.getLogger(BatchSender.class);

  private final PeerClient client;
  private final EventLoop loop;
  private final Predicate<PeerState> isThere;
  private final Consumer<ChangesAnswer> arrived;

  /**
   * @param isThere whether the peer is still present
   * @param arrived receives a peer's answer to a batch that is on the peer's disk
   */
  BatchSender(
      PeerClient client,
      EventLoop loop,
      Predicate<PeerState> isThere,
      Consumer<ChangesAnswer> arrived) {
    this.client = client;
    this.loop = loop;
    this.isThere = isThere;
    this.arrived = arrived;
  }

  /** Sends the waiting changes, unless a batch is under way. */
  void send(PeerState peer) {
    Changes batch = peer.nextBatch();
    if (batch == null) {
      return;
    }
    CompletableFuture<Void> unused =
        client
            .ask(peer, Request.newBuilder().setChanges(batch).build())
            .handle(
                (answer, failure) -> {
                  loop.execute(() -> answered(peer, batch, answer));
                  return null;
                });
  }

  private void answered(PeerState peer, Changes batch, @Nullable Answer answer) {
    if (!isThere.test(peer)) {
      return;
    }
    if (answer == null || !answer.hasChanges()) {
      failed(peer, batch, answer == null ? null : answer.getRefusal());
      return;
    }
    peer.batchAcknowledged(batch, answer.getChanges());
    arrived.accept(answer.getChanges());
    send(peer);
  }

  /**
   * Sends a batch again that perhaps did not arrive. A change that arrives twice changes nothing.
   *
   * @param refusal why the peer refused the batch; null if the peer did not answer
   */
  private void failed(PeerState peer, Changes batch, @Nullable String refusal) {
    if (peer.refused(refusal)) {
      log.atWarn().addKeyValue("peer", peer.name()).log("changes refused by peer: " + refusal);
    }
    loop.schedule(
        Timeouts.RETRY,
        () -> {
          peer.batchFailed(batch);
          send(peer);
        });
  }
}
