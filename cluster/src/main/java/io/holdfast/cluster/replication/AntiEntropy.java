package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.Request;
import io.holdfast.storage.ClusterNotes;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicatedStore;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when this node copies from which peer, and answers those that copy from it. It copies
 * from one peer at a time, so that a node that lost its disk does not copy everything from each.
 *
 * <p>Concurrency: confined to the event loop, but for {@link #answer}.
 */
final class AntiEntropy {
  private static final Logger log = LoggerFactory.getLogger(AntiEntropy.class);

  private final ReplicaOptions.Quorum quorum;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final PeerClient client;
  private final ClusterCounters counters;
  private @Nullable StateTransfer copy;
  private long notBefore;
  private long comparedAt;

  /** Up to where deletes have been forgotten here, or will be soon: the store may be at it. */
  private long forgotten;

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

  /** Answers a peer that copies from this node. From any thread. */
  CompletableFuture<Answer> answer(Request request) {
    if (request.hasDigest()) {
      return store.digest().thenApply(digest -> Answer.newBuilder().setDigest(digest).build());
    }
    if (request.hasListing()) {
      return store
          .listing(request.getListing().getBucketsList(), StateTransfer.CHUNK_BYTES)
          .thenApply(listing -> Answer.newBuilder().setListing(listing).build());
    }
    if (request.hasStates()) {
      return store
          .states(request.getStates().getGroupingKeysList(), StateTransfer.CHUNK_BYTES)
          .thenApply(states -> Answer.newBuilder().setStates(states).build());
    }
    return CompletableFuture.completedFuture(
        Answer.newBuilder().setRefusal("a request of a kind that this node does not know").build());
  }

  /** Whether everything that is here is about to be put aside: nothing may be promised. */
  boolean isSettingAside() {
    return isSettingAside;
  }

  boolean isCopying() {
    return copy != null;
  }

  /** What is being copied, for people; null if nothing is. */
  @Nullable StateTransfer copy() {
    return copy;
  }

  /** The peer is no longer there. */
  void forget(PeerState link) {
    if (copy != null && copy.link() == link) {
      copy.abandon();
      copy = null;
    }
  }

  void tick(Collection<PeerState> links, Keeper keeper, boolean hasTriedInVain) {
    if (isSettingAside) {
      return;
    }
    if (hasBegunAnew) {
      // Before anything is made of copies: they went with the store.
      links.forEach(PeerState::forgetCopy);
      hasBegunAnew = false;
    }
    if (!store.standing().notes().isWhole() && isFilled(links, hasTriedInVain)) {
      keeper.noteWhole();
    }
    long now = loop.nanos();
    letGoOfUnreachable(now);
    if (copy != null || now - notBefore < 0) {
      return;
    }
    boolean isComparisonDue = now - comparedAt > Timeouts.COMPARISON.toNanos();
    PeerState from = null;
    for (PeerState link : links) {
      if (canBeCopiedFrom(link, now)
          && (isWanted(link, now) || hasWhatNobodySends(link, links, now))) {
        from = from == null || isBetter(link, from) ? link : from;
      }
    }
    if (from == null && isComparisonDue) {
      from = longestNotCompared(links, now);
    }
    if (isComparisonDue) {
      comparedAt = now;
    }
    if (from != null) {
      begin(from);
    }
  }

  /**
   * Returns the peer whose turn it is: each is compared with, even if changes never pause and some
   * peers are away. Null if no peer can be copied from.
   */
  private @Nullable PeerState longestNotCompared(Collection<PeerState> links, long now) {
    PeerState longest = null;
    for (PeerState link : links) {
      if (canBeCopiedFrom(link, now)
          && (longest == null || link.sinceComparison(now) > longest.sinceComparison(now))) {
        longest = link;
      }
    }
    return longest;
  }

  /**
   * Ends the copy if its peer is not heard from: what would be waited for may be with another, and
   * what has come so far need not come again.
   */
  private void letGoOfUnreachable(long now) {
    StateTransfer current = copy;
    if (current != null && !current.link().isReachable(now)) {
      current.giveUp("not heard from for " + Timeouts.LEASE.toSeconds() + " s");
    }
  }

  /**
   * Whether it is there, and will not put aside what it has when it hears which deletes have been
   * forgotten here.
   */
  private boolean canBeCopiedFrom(PeerState link, long now) {
    Heartbeat said = link.said();
    return said != null && link.isReachable(now) && !isOutdated(said);
  }

  /** Whether it has not seen some delete that has been forgotten here. */
  private boolean isOutdated(Heartbeat said) {
    forgotten = Math.max(forgotten, store.standing().notes().purgedUntil());
    return said.getCurrentAt() < forgotten;
  }

  private boolean isWanted(PeerState link, long now) {
    return link.needsCopy
        || link.isWorthCopying()
        || link.trailing(now) > Timeouts.TRAILING.toNanos()
        || (hasDiverged(link) && link.isComparisonDue(now));
  }

  /** Whether it has changes of a node that is not there to send them. */
  private boolean hasWhatNobodySends(PeerState link, Collection<PeerState> links, long now) {
    if (link.sinceComparison(now) < Timeouts.SILENCE.toNanos()) {
      return false;
    }
    Set<Long> streams = link.streamsAhead(store.standing().positions());
    for (PeerState sender : links) {
      if (!sender.isSilent(now)) {
        streams.remove(sender.stream());
      }
    }
    return !streams.isEmpty();
  }

  /** Equally far, and yet not the same: something was lost or damaged. */
  private boolean hasDiverged(PeerState link) {
    Heartbeat said = link.said();
    return said != null
        && said.getDigest() != store.standing().digest()
        && link.positions().equals(store.standing().positions());
  }

  /** One that has everything is better than one that is being filled itself. */
  private static boolean isBetter(PeerState link, PeerState than) {
    Heartbeat said = link.said();
    Heartbeat other = than.said();
    return said != null && said.getWhole() && (other == null || !other.getWhole());
  }

  /** Whether nothing can be lacking any more of what this node's disk ever acknowledged. */
  private boolean isFilled(Collection<PeerState> links, boolean hasTriedInVain) {
    if (quorum.size() == 1) {
      return true;
    }
    long copied = links.stream().filter(PeerState::isCopied).count();
    long witnesses = links.stream().filter(PeerState::countsForReadQuorum).count();
    // With a write quorum of one nobody is waited for longer than a moment.
    boolean goesOnAlone = quorum.write() == 1 && hasTriedInVain;
    return goesOnAlone || witnesses >= quorum.read() || copied >= quorum.size() - 1;
  }

  private void begin(PeerState link) {
    Heartbeat said = link.said();
    if (said == null) {
      return;
    }
    long stream = said.getStream();
    StateTransfer started =
        new StateTransfer(
            link,
            request -> client.ask(link, request),
            store,
            loop,
            (ended, failure) -> ended(ended, stream, failure));
    copy = started;
    link.needsCopy = false;
    started.start();
  }

  private void ended(StateTransfer ended, long stream, @Nullable String failure) {
    copy = null;
    long now = loop.nanos();
    PeerState link = ended.link();
    StateTransfer.Progress progress = ended.progress();
    link.divergentBuckets = progress.buckets();
    link.comparedAt = now;
    link.wasCompared = true;
    if (failure == null) {
      if (progress.found() > 0) {
        counters.repaired(progress.copied(), true);
      }
      link.copied(stream, ended.wasPeerWhole());
      return;
    }
    link.needsCopy = true;
    notBefore = now + Timeouts.RETRY.toNanos();
    counters.repaired(progress.copied(), false);
    log.atWarn()
        .addKeyValue("peer", link.name())
        .addKeyValue("err", failure)
        .log("copying from a node failed; it is tried again");
  }

  /**
   * Looks at what a peer may have forgotten, before anything of it is merged. If it has forgotten
   * deletes that this store never saw, what they deleted would come back from here.
   *
   * @return whether the store can stay
   */
  boolean meet(PeerState link) {
    Heartbeat said = link.said();
    ClusterNotes notes = store.standing().notes();
    if (said == null || isSettingAside) {
      return false;
    }
    if (said.getPurgedUntil() > notes.currentAt()) {
      if (store.standing().exposition().groups() > 0) {
        setAside(link);
        return false;
      }
      // Nothing is here that a forgotten delete would have to keep away.
      CompletableFuture<MergeOutcome> unused =
          store.note(now -> now.withCurrentAt(said.getPurgedUntil()));
    } else if (said.getPurgedUntil() > notes.purgedUntil()) {
      // So that whoever is met later learns of it from any node.
      forgotten = Math.max(forgotten, said.getPurgedUntil());
      letGoOfOutdated();
      CompletableFuture<MergeOutcome> unused = store.purge(said.getPurgedUntil());
    }
    return true;
  }

  /** What it sends next may be what some delete was to keep away. */
  private void letGoOfOutdated() {
    StateTransfer current = copy;
    Heartbeat said = current == null ? null : current.link().said();
    if (current != null && said != null && isOutdated(said)) {
      current.giveUp("it has not seen every delete that has been forgotten here");
    }
  }

  private void setAside(PeerState link) {
    isSettingAside = true;
    if (copy != null) {
      copy.abandon();
      copy = null;
    }
    log.atWarn()
        .addKeyValue("peer", link.name())
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
