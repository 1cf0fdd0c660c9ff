package io.holdfast.cluster.replication;

import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The knowledge whether this node has every acknowledged change.
 *
 * <p>Any {@link ReplicaOptions.Quorum#read} nodes have every acknowledged change among them. A node
 * is fresh when three conditions hold. The node has copied the state of a read quorum; the node
 * itself counts if its store is complete. The node has heard from that quorum within the lease. The
 * node trails behind no peer of that quorum.
 *
 * <p>A fresh node is perhaps still unable to answer a scrape. Its changes are perhaps on too few
 * disks, and with too few nodes left this state lasts.
 *
 * <p>A node that cannot answer scrapes tries to become able to for the read grace. After the read
 * grace, the node is cut off. The read grace counts only the time in which the node ran and copied
 * nothing.
 *
 * <p>Concurrency: confined to the event loop, except {@link #unready} and {@link #isCutOff}. Any
 * thread can call these two methods; both allow for a frozen event loop.
 */
final class Freshness {
  private static final Logger log = LoggerFactory.getLogger(Freshness.class);

  private static final Refusal STARTING = new Refusal(Refusal.Code.STARTING, "starting");

  private final ReplicaOptions.Quorum quorum;
  private final Duration lagGrace;
  private final Duration readGrace;
  private final EventLoop loop;

  /**
   * @param reason why the node is not ready; null if the node is ready
   * @param at the time of the verdict
   * @param until the end of the leases on which the verdict depends
   */
  private record Verdict(@Nullable Refusal reason, boolean isCutOff, long at, long until) {}

  private volatile Verdict verdict;
  private long triedInVain;
  private boolean isFresh;

  /** An earlier replica state that was not known to be on a write quorum. */
  private @Nullable ReplicaState unspread;

  private long unspreadSince;
  private boolean wasEverSpread;

  Freshness(ReplicaOptions options, EventLoop loop) {
    this.quorum = options.quorum();
    this.lagGrace = options.limits().lagGrace();
    this.readGrace = options.limits().readGrace();
    this.loop = loop;
    this.verdict = new Verdict(STARTING, false, loop.nanos(), loop.nanos());
  }

  /** Returns why requests are better sent to another node, or empty if this node is ready. */
  Optional<Refusal> unready() {
    Verdict now = verdict;
    if (now.reason == null && loop.nanos() > now.until) {
      return Optional.of(
          notFresh("not heard from a quorum of nodes within " + Timeouts.LEASE.toMillis() + " ms"));
    }
    return Optional.ofNullable(now.reason);
  }

  /** Returns whether the node is cut off, so that a scrape shows the last known values. */
  boolean isCutOff() {
    Verdict now = verdict;
    return now.isCutOff && loop.nanos() - now.at < Timeouts.FREEZE.toNanos();
  }

  /** Returns whether the node had every acknowledged change at the last look. */
  boolean isFresh() {
    return isFresh;
  }

  /**
   * Forms a new verdict from the replica state and the peers.
   *
   * @param problem why a fresh node is still unready; null if there is no such reason
   */
  void look(
      ReplicaState replicaState,
      Collection<PeerState> peers,
      DurableOffsets durable,
      boolean isCopying,
      @Nullable Refusal problem) {
    long now = loop.nanos();
    Refusal lacking = lacking(replicaState, peers, now);
    isFresh = lacking == null;
    boolean isSpread = isSpread(replicaState, durable, now);
    boolean wasFrozen = now - verdict.at > Timeouts.FREEZE.toNanos();
    if ((isFresh && isSpread) || wasFrozen) {
      triedInVain = 0;
    } else if (isFresh || !isCopying) {
      triedInVain += now - verdict.at;
    }
    Refusal reason = lacking == null ? belowQuorum(peers, now) : lacking;
    reason = reason == null ? problem : reason;
    reason = reason == null && isTooLittleSpread(now) ? tooLittleSpread() : reason;
    tell(reason);
    boolean isCutOff = !(isFresh && isSpread) && triedInVain >= readGrace.toNanos();
    verdict = new Verdict(reason, isCutOff, now, leaseEnd(peers, now));
  }

  /**
   * Returns whether a write quorum has the present replica state, or the state that is followed
   * since an earlier look. One state is followed until the state is on enough disks, because the
   * latest state never is while changes never pause.
   */
  private boolean isSpread(ReplicaState replicaState, DurableOffsets durable, long now) {
    ReplicaState followed = unspread;
    if (followed != null && followed.logId() != replicaState.logId()) {
      followed = null; // The store was quarantined, with the followed state.
    }
    boolean isSpread = durable.cover(replicaState) || (followed != null && durable.cover(followed));
    if (isSpread || followed == null) {
      unspread = replicaState;
      unspreadSince = now;
    }
    wasEverSpread = wasEverSpread || isSpread;
    return isSpread;
  }

  private boolean isTooLittleSpread(long now) {
    return !wasEverSpread || now - unspreadSince > Timeouts.LEASE.toNanos();
  }

  private Refusal tooLittleSpread() {
    return notFresh(
        "the groups of this node are on fewer nodes than the write quorum of " + quorum.write());
  }

  private void tell(@Nullable Refusal reason) {
    Refusal before = verdict.reason;
    if (reason == null && before != null) {
      log.info("ready");
    } else if (reason != null && !reason.equals(before)) {
      log.atInfo()
          .addKeyValue("code", reason.code().word())
          .addKeyValue("reason", reason.text())
          .log("not ready");
    }
  }

  /** Returns why this node is not fresh, or null. */
  private @Nullable Refusal lacking(
      ReplicaState replicaState, Collection<PeerState> peers, long now) {
    int needed = quorum.read() - 1;
    if (!replicaState.metadata().isComplete()) {
      return new Refusal(
          Refusal.Code.STORE_INCOMPLETE,
          "the store is new and is being filled from the other nodes");
    }
    long counted =
        peers.stream()
            .filter(PeerState::countsForReadQuorum)
            .filter(l -> l.isReachable(now))
            .count();
    if (counted < needed) {
      return notFresh(
          "states exchanged with "
              + (counted + 1)
              + " nodes, this one among them (expected: "
              + quorum.read()
              + " of "
              + quorum.size()
              + ")");
    }
    for (PeerState peer : peers) {
      if (peer.countsForReadQuorum()
          && peer.isReachable(now)
          && peer.trailing(now) > lagGrace.toNanos()) {
        return notFresh("catching up with " + peer.name());
      }
    }
    return null;
  }

  private @Nullable Refusal belowQuorum(Collection<PeerState> peers, long now) {
    long reachable = 1 + peers.stream().filter(peer -> peer.isReachable(now)).count();
    return reachable >= quorum.write() ? null : belowQuorum(reachable);
  }

  private Refusal belowQuorum(long reachable) {
    return new Refusal(
        Refusal.Code.NO_QUORUM,
        "this node reaches "
            + reachable
            + " of "
            + quorum.size()
            + " nodes, itself included (expected: the write quorum of "
            + quorum.write()
            + ")");
  }

  private static Refusal notFresh(String text) {
    return new Refusal(Refusal.Code.NOT_FRESH, text);
  }

  /** Returns why no change can be acknowledged at the moment, or null. */
  @Nullable Refusal cannotWrite(Collection<PeerState> peers) {
    return belowQuorum(peers, loop.nanos());
  }

  private long leaseEnd(Collection<PeerState> peers, long now) {
    int others = Math.max(quorum.read(), quorum.write()) - 1;
    if (others == 0) {
      return Long.MAX_VALUE;
    }
    long[] heardAt = peers.stream().mapToLong(peer -> peer.heardAt(now)).sorted().toArray();
    return heardAt.length < others
        ? now
        : heardAt[heardAt.length - others] + Timeouts.LEASE.toNanos();
  }
}
