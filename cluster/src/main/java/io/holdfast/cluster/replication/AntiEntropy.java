package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterNotes;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicatedStore;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when this node copies from which peer. It copies from one peer at a time, so that a node
 * that lost its disk does not copy everything from each.
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

  /** Up to where deletes have been forgotten here, or will be soon: the store may be at it. */
  private long collected;

  private volatile boolean isSettingAside;
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

  /** Whether everything that is here is about to be put aside: nothing may be promised. */
  boolean isSettingAside() {
    return isSettingAside;
  }

  boolean isTransferring() {
    return transfer != null;
  }

  /** Returns the state transfer under way; null if there is none. */
  @Nullable StateTransfer transfer() {
    return transfer;
  }

  /** The peer is no longer there. */
  void forget(PeerState peer) {
    if (transfer != null && transfer.peer() == peer) {
      transfer.abandon();
      transfer = null;
    }
  }

  /** Ends what cannot go on, and begins a state transfer if one is due. */
  void tick(Collection<PeerState> peers, MetadataWriter metadata, boolean hasTriedInVain) {
    if (isSettingAside) {
      return;
    }
    if (hasBegunAnew) {
      // Before anything is made of state transfers: what they brought went with the store.
      peers.forEach(PeerState::transferLost);
      hasBegunAnew = false;
    }
    if (!store.standing().notes().isWhole() && isFilled(peers, hasTriedInVain)) {
      metadata.noteComplete();
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
            TransferSource.candidates(peers, store.standing(), collected(), now),
            isComparisonDue,
            now);
    if (isComparisonDue) {
      comparedAt = now;
    }
    if (source != null) {
      begin(source);
    }
  }

  /** Ends the state transfer if its peer is gone: another peer may have what is still lacking. */
  private void giveUpUnreachable(long now) {
    StateTransfer current = transfer;
    if (current != null && !current.peer().isReachable(now)) {
      current.giveUp("not heard from for " + Timeouts.LEASE.toSeconds() + " s");
    }
  }

  /** Returns up to where deletes have been forgotten here, or will be soon. */
  private long collected() {
    collected = Math.max(collected, store.standing().notes().purgedUntil());
    return collected;
  }

  /** Whether the store has all that this node's disk ever acknowledged. */
  private boolean isFilled(Collection<PeerState> peers, boolean hasTriedInVain) {
    if (quorum.size() == 1) {
      return true;
    }
    long transferred = peers.stream().filter(PeerState::isTransferred).count();
    long counting = peers.stream().filter(PeerState::countsForReadQuorum).count();
    // With a write quorum of one the node waits for nobody longer than a moment.
    boolean goesOnAlone = quorum.write() == 1 && hasTriedInVain;
    return goesOnAlone || counting >= quorum.read() || transferred >= quorum.size() - 1;
  }

  private void begin(PeerState peer) {
    Heartbeat said = peer.said();
    if (said == null) {
      return;
    }
    long stream = said.getStream();
    StateTransfer started =
        new StateTransfer(
            peer,
            request -> client.ask(peer, request),
            store,
            loop,
            (ended, failure) -> ended(ended, stream, failure));
    transfer = started;
    peer.transferBegins();
    started.start();
  }

  private void ended(StateTransfer ended, long stream, @Nullable String failure) {
    transfer = null;
    long now = loop.nanos();
    PeerState peer = ended.peer();
    StateTransfer.Progress progress = ended.progress();
    peer.compared(progress.buckets(), now);
    if (failure == null) {
      if (progress.found() > 0) {
        counters.repaired(progress.copied(), true);
      }
      peer.transferred(stream, ended.wasPeerComplete());
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
   * Looks at what a peer may have forgotten, before anything of it is merged. If it has forgotten
   * deletes that this store never saw, what they deleted would come back from here.
   *
   * @return whether the store can stay
   */
  boolean meet(PeerState peer) {
    Heartbeat said = peer.said();
    ClusterNotes notes = store.standing().notes();
    if (said == null || isSettingAside) {
      return false;
    }
    if (said.getPurgedUntil() > notes.currentAt()) {
      if (store.standing().exposition().groups() > 0) {
        setAside(peer);
        return false;
      }
      // Nothing is here that a forgotten delete would have to keep away.
      CompletableFuture<MergeOutcome> unused =
          store.note(now -> now.withCurrentAt(said.getPurgedUntil()));
    } else if (said.getPurgedUntil() > notes.purgedUntil()) {
      // So that whoever is met later learns of it from any node.
      collected = Math.max(collected, said.getPurgedUntil());
      giveUpOutdated();
      CompletableFuture<MergeOutcome> unused = store.purge(said.getPurgedUntil());
    }
    return true;
  }

  /** What it sends next may be what some delete was to keep away. */
  private void giveUpOutdated() {
    StateTransfer current = transfer;
    Heartbeat said = current == null ? null : current.peer().said();
    if (current != null && said != null && TransferSource.isOutdated(said, collected())) {
      current.giveUp("it has not seen every delete that has been forgotten here");
    }
  }

  private void setAside(PeerState peer) {
    isSettingAside = true;
    if (transfer != null) {
      transfer.abandon();
      transfer = null;
    }
    log.atWarn()
        .addKeyValue("peer", peer.name())
        .log(
            "this node was away for longer than the others keep deletes"
                + " (--cluster.tombstone-retention): what was deleted meanwhile would come back, so"
                + " it puts its store aside and begins anew");
    CompletableFuture<MergeOutcome> unused =
        store
            .setAside()
            .whenComplete(
                (outcome, failure) ->
                    loop.execute(
                        () -> {
                          isSettingAside = false;
                          hasBegunAnew = true;
                          notBefore = loop.nanos() + Duration.ofSeconds(1).toNanos();
                        }));
  }
}
