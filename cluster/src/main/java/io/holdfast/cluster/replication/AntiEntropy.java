package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicatedStore;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The choice of when this node copies, and from which peer. The node copies from one peer at a
 * time. So a node that lost its disk does not copy every group from each peer.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class AntiEntropy {
  private static final Logger log = LoggerFactory.getLogger(AntiEntropy.class);

  private final ReplicaOptions.Quorum quorum;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final PeerClient client;
  private final ClusterCounters counters;
  private @Nullable StateTransfer transfer;
  private long notBefore;
  private long comparedAt;

  /** The collected watermark of this store. The store perhaps reaches this watermark only later. */
  private long collected;

  private volatile boolean isQuarantining;
  private boolean hasBegunAnew;

  AntiEntropy(
      ReplicaOptions.Quorum quorum,
      ReplicatedStore store,
      EventLoop loop,
      PeerClient client,
      ClusterCounters counters) {
    this.quorum = quorum;
    this.store = store;
    this.loop = loop;
    this.client = client;
    this.counters = counters;
    this.notBefore = loop.nanos();
    this.comparedAt = notBefore;
  }

  /**
   * Returns whether this node is about to quarantine its store. The node promises nothing until the
   * quarantine has ended.
   */
  boolean isQuarantining() {
    return isQuarantining;
  }

  boolean isTransferring() {
    return transfer != null;
  }

  /** Returns the state transfer under way; null if there is none. */
  @Nullable StateTransfer transfer() {
    return transfer;
  }

  /** Abandons the state transfer from a peer that has left. */
  void forget(PeerState peer) {
    if (transfer != null && transfer.peer() == peer) {
      transfer.abandon();
      transfer = null;
    }
  }

  /** Ends a state transfer that cannot go on, and begins a state transfer that is due. */
  void tick(Collection<PeerState> peers, MetadataWriter metadataWriter, boolean hasTriedInVain) {
    if (isQuarantining) {
      return;
    }
    if (hasBegunAnew) {
      // The copied groups went with the old store. So each peer forgets its state transfer before
      // any other step.
      peers.forEach(PeerState::transferLost);
      hasBegunAnew = false;
    }
    if (!store.replicaState().metadata().isComplete() && isFilled(peers, hasTriedInVain)) {
      metadataWriter.noteComplete();
    }
    long now = loop.nanos();
    giveUpUnreachable(now);
    if (transfer == null && now - notBefore >= 0) {
      beginNext(peers, now);
    }
  }

  private void beginNext(Collection<PeerState> peers, long now) {
    boolean isComparisonDue = now - comparedAt > Timeouts.COMPARISON.toNanos();
    PeerState source =
        TransferSource.pick(
            TransferSource.candidates(peers, store.replicaState(), collected(), now),
            isComparisonDue,
            now);
    if (isComparisonDue) {
      comparedAt = now;
    }
    if (source != null) {
      begin(source);
    }
  }

  /**
   * Ends the state transfer if its peer is unreachable, so that this node can copy from another
   * peer.
   */
  private void giveUpUnreachable(long now) {
    StateTransfer current = transfer;
    if (current != null && !current.peer().isReachable(now)) {
      current.giveUp("not heard from for " + Timeouts.LEASE.toSeconds() + " s");
    }
  }

  /**
   * Returns the collected watermark of this store. The store perhaps reaches the watermark only
   * later.
   */
  private long collected() {
    collected = Math.max(collected, store.replicaState().metadata().collectedWatermark());
    return collected;
  }

  /** Returns whether the store has everything that this node's disk ever acknowledged. */
  private boolean isFilled(Collection<PeerState> peers, boolean hasTriedInVain) {
    if (quorum.size() == 1) {
      return true;
    }
    long transferred = peers.stream().filter(PeerState::isTransferred).count();
    long counting = peers.stream().filter(PeerState::countsForReadQuorum).count();
    // With a write quorum of one, the node goes on alone after a moment.
    boolean goesOnAlone = quorum.write() == 1 && hasTriedInVain;
    return goesOnAlone || counting >= quorum.read() || transferred >= quorum.size() - 1;
  }

  private void begin(PeerState peer) {
    Heartbeat said = peer.said();
    if (said == null) {
      return;
    }
    long logId = said.getLogId();
    StateTransfer started =
        new StateTransfer(
            peer,
            request -> client.ask(peer, request),
            store,
            loop,
            (ended, failure) -> ended(ended, logId, failure));
    transfer = started;
    peer.transferBegins();
    started.start();
  }

  private void ended(StateTransfer ended, long logId, @Nullable String failure) {
    transfer = null;
    long now = loop.nanos();
    PeerState peer = ended.peer();
    StateTransfer.Progress progress = ended.progress();
    peer.compared(progress.buckets(), now);
    if (failure == null) {
      if (progress.found() > 0) {
        counters.repaired(progress.copied(), true);
      }
      peer.transferred(logId, ended.wasPeerComplete());
      return;
    }
    peer.transferNeeded();
    notBefore = now + Timeouts.RETRY.toNanos();
    counters.repaired(progress.copied(), false);
    log.atWarn()
        .addKeyValue("peer", peer.name())
        .addKeyValue("err", failure)
        .log("state transfer failed; retrying");
  }

  /**
   * Compares a peer's collected watermark with this store, before anything of the peer is merged.
   * If the peer has collected deletes that this store never saw, this store would bring the deleted
   * groups back. Such a store is quarantined.
   *
   * @return whether the store can stay
   */
  boolean meet(PeerState peer) {
    Heartbeat said = peer.said();
    ClusterMetadata metadata = store.replicaState().metadata();
    if (said == null || isQuarantining) {
      return false;
    }
    if (said.getCollectedWatermark() > metadata.deliveredWatermark()) {
      if (store.replicaState().exposition().groups() > 0) {
        quarantine(peer);
        return false;
      }
      // The store has no groups, so a collected delete would delete no group here.
      CompletableFuture<MergeOutcome> unused =
          store.note(now -> now.withDeliveredWatermark(said.getCollectedWatermark()));
    } else if (said.getCollectedWatermark() > metadata.collectedWatermark()) {
      // This store takes over the watermark, so that a node that joins later learns of it from any
      // node.
      collected = Math.max(collected, said.getCollectedWatermark());
      giveUpOutdated();
      CompletableFuture<MergeOutcome> unused = store.purge(said.getCollectedWatermark());
    }
    return true;
  }

  /**
   * Gives up the state transfer if its peer lacks a delete that was collected here. The peer's next
   * states could bring a deleted group back.
   */
  private void giveUpOutdated() {
    StateTransfer current = transfer;
    Heartbeat said = current == null ? null : current.peer().said();
    if (current != null && said != null && TransferSource.isOutdated(said, collected())) {
      current.giveUp("it has not seen every delete that has been forgotten here");
    }
  }

  private void quarantine(PeerState peer) {
    isQuarantining = true;
    if (transfer != null) {
      transfer.abandon();
      transfer = null;
    }
    log.atWarn()
        .addKeyValue("peer", peer.name())
        .log(
            "this node was away for longer than the others keep deletes"
                + " (--cluster.tombstone-retention): what was deleted meanwhile would come back, so"
                + " the node quarantines its store and begins anew");
    CompletableFuture<MergeOutcome> unused =
        store
            .quarantine()
            .whenComplete(
                (outcome, failure) ->
                    loop.execute(
                        () -> {
                          isQuarantining = false;
                          hasBegunAnew = true;
                          notBefore = loop.nanos() + Duration.ofSeconds(1).toNanos();
                        }));
  }
}
