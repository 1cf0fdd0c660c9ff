package io.holdfast.cluster.replication;

import io.holdfast.storage.ReadResult;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongPredicate;

/**
 * The scrapes of this node's clients, each behind a read barrier.
 *
 * <p>Guarantees: a fresh answer has every change that was acknowledged before the scrape began, and
 * all that it shows is on a write quorum. Each scrape is answered within {@link
 * Timeouts#READ_DEADLINE} and a tick. A scrape of a node that is cut off gets the last known
 * values, marked as stale.
 *
 * <p>Concurrency: confined to the event loop, except the two methods {@code read}, which any thread
 * can call.
 */
final class QuorumReads {
  private final ReplicaOptions.Quorum quorum;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final Freshness freshness;
  private final Function<ReplicaState, DurableOffsets> durable;
  private final Contact contact;
  private final ReadBarriers barriers = new ReadBarriers();
  private final PollPause poll;

  /**
   * The outside world, as a scrape needs it.
   *
   * @param wasPausedSince whether this machine was perhaps paused after a time of the event loop
   * @param askPeers asks every peer for its version vector
   */
  record Contact(LongPredicate wasPausedSince, Runnable askPeers) {}

  /**
   * @param durable returns the offsets that a write quorum has
   */
  QuorumReads(
      LocalNode node,
      Freshness freshness,
      Function<ReplicaState, DurableOffsets> durable,
      Contact contact) {
    this.quorum = node.options().quorum();
    this.store = node.store();
    this.loop = node.loop();
    this.freshness = freshness;
    this.durable = durable;
    this.contact = contact;
    this.poll = new PollPause(loop);
  }

  /** Returns the answer to a scrape. Any thread can call this method. */
  CompletableFuture<ReadResult> read() {
    if (freshness.isCutOff()) {
      return CompletableFuture.completedFuture(stale());
    }
    CompletableFuture<ReadResult> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          barriers.add(new ReadBarrier(quorum.read() - 1, answer, loop.nanos()));
          contact.askPeers.run();
          advance();
        });
    return answer;
  }

  /**
   * Returns the answer to a scrape of a node that had every acknowledged change. The answer waits
   * until a write quorum has the given replica state. Any thread can call this method.
   *
   * @param startedAt the start of the scrape, by the event loop's time
   */
  CompletableFuture<ReadResult> read(ReplicaState shown, long startedAt) {
    CompletableFuture<ReadResult> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          barriers.add(new ReadBarrier(shown, answer, startedAt));
          advance();
        });
    return answer;
  }

  /** Takes the answer of a peer to a question of the given time. */
  void answered(PeerState peer, long sentAt) {
    if (peer.countsForReadQuorum()) {
      barriers.answered(peer, sentAt);
    }
    advance();
  }

  /**
   * Answers the scrapes that need not wait any longer. Every event calls this method that brings
   * this node or its peers further, and every tick.
   */
  void advance() {
    if (barriers.restartPaused(contact.wasPausedSince, loop.nanos())) {
      contact.askPeers.run();
    }
    ReplicaState replicaState = store.replicaState();
    barriers.advance(
        replicaState,
        durable.apply(replicaState),
        loop.nanos(),
        () -> freshness.isCutOff() ? stale() : unavailable());
    if (barriers.waitForQuorum()) {
      poll.ask(contact.askPeers);
    } else {
      poll.reset();
    }
  }

  /** Refuses all scrapes that wait, because the node stops. */
  void stop() {
    barriers.giveUpAll(new ReadResult.Unavailable(ReplicaRefusals.SHUTTING_DOWN));
  }

  private ReadResult stale() {
    return new ReadResult.Stale(
        store.exposition(), freshness.unready().orElse(ReplicaRefusals.CUT_OFF).text());
  }

  private ReadResult unavailable() {
    return new ReadResult.Unavailable(freshness.unready().orElse(ReplicaRefusals.UNKNOWN));
  }
}
