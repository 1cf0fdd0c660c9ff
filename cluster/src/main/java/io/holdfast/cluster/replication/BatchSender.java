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
 * Sends each peer this node's changes, one batch at a time: while one is under way the next one
 * gathers, so that the slower things get, the more share a message and a sync.
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
   * @param isThere whether a link is still that of a peer
   * @param arrived told what a peer says of a batch that is on its disk
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

  /** Sends what waits, unless something is under way. */
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
      refused(peer, batch, answer == null ? null : answer.getRefusal());
      return;
    }
    peer.batchAcknowledged(batch, answer.getChanges());
    arrived.accept(answer.getChanges());
    send(peer);
  }

  /** What may not have arrived is sent again: a change that comes twice changes nothing. */
  private void refused(PeerState peer, Changes batch, @Nullable String refusal) {
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
