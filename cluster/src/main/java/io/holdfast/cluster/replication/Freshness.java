package io.holdfast.cluster.replication;

import io.holdfast.storage.Standing;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node knows that it has everything that was acknowledged.
 *
 * <p>Any so many nodes as {@link ReplicaOptions.Quorum#read} have, among them, every acknowledged
 * change. A node is current when it has copied what that many nodes (itself among them, unless its
 * store is new and unfilled) had, has heard from them within the lease, and trails behind none.
 *
 * <p>A node that is current may still be unable to vouch for anything: what it has may be on too
 * few disks, and with too few nodes left it stays there.
 *
 * <p>A node that cannot vouch for what it has tries to become able to for the read grace, counted
 * in time in which it ran, and while nothing is being copied; after that it is cut off.
 *
 * <p>Concurrency: confined to the event loop but for {@link #unready} and {@link #isCutOff}, which
 * any thread may ask: both mind that the loop itself may have been frozen.
 */
final class Freshness {
  private static final Logger log = LoggerFactory.getLogger(Freshness.class);

  private final ReplicaOptions.Quorum quorum;
  private final Duration lagGrace;
  private final Duration readGrace;
  private final EventLoop loop;

  /**
   * @param reason why it is not ready; null if it is
   * @param at when that was found
   * @param until when the leases that it rests on run out
   */
  private record Verdict(@Nullable String reason, boolean isCutOff, long at, long until) {}

  private volatile Verdict verdict;
  private long triedInVain;
  private boolean isFresh;

  /** What the node had at some look and was not known to be on a write quorum. */
  private @Nullable Standing unspread;

  private long unspreadSince;
  private boolean wasEverSpread;

  Freshness(ReplicaOptions options, EventLoop loop) {
    this.quorum = options.quorum();
    this.lagGrace = options.limits().lagGrace();
    this.readGrace = options.limits().readGrace();
    this.loop = loop;
    this.verdict = new Verdict("starting", false, loop.nanos(), loop.nanos());
  }

  /** Why requests had better go elsewhere, or empty. */
  Optional<String> unready() {
    Verdict now = verdict;
    if (now.reason == null && loop.nanos() > now.until) {
      return Optional.of(
          "not heard from a quorum of nodes within " + Timeouts.LEASE.toMillis() + " ms");
    }
    return Optional.ofNullable(now.reason);
  }

  /** Whether it has tried in vain to learn more, so that what it has is better than nothing. */
  boolean isCutOff() {
    Verdict now = verdict;
    return now.isCutOff && loop.nanos() - now.at < Timeouts.FREEZE.toNanos();
  }

  /** Whether it has all that was acknowledged, as of the last look. */
  boolean isFresh() {
    return isFresh;
  }

  /** Looks around. */
  void look(
      Standing standing,
      Collection<PeerState> peers,
      DurablePositions durable,
      boolean isCopying,
      @Nullable String clockProblem) {
    long now = loop.nanos();
    String lacking = lacking(standing, peers, now);
    isFresh = lacking == null;
    boolean isSpread = isSpread(standing, durable, now);
    boolean wasFrozen = now - verdict.at > Timeouts.FREEZE.toNanos();
    if ((isFresh && isSpread) || wasFrozen) {
      triedInVain = 0;
    } else if (isFresh || !isCopying) {
      triedInVain += now - verdict.at;
    }
    String reason = lacking == null ? belowQuorum(peers, now) : lacking;
    reason = reason == null ? clockProblem : reason;
    reason = reason == null && isTooLittleSpread(now) ? tooLittleSpread() : reason;
    tell(reason);
    boolean isCutOff = !(isFresh && isSpread) && triedInVain >= readGrace.toNanos();
    verdict = new Verdict(reason, isCutOff, now, leaseEnd(peers, now));
  }

  /**
   * Whether a write quorum has what this node has, or had at the look before. One standing is
   * followed until it is on enough disks: while changes never pause, the last one never is.
   */
  private boolean isSpread(Standing standing, DurablePositions durable, long now) {
    Standing followed = unspread;
    if (followed != null && followed.stream() != standing.stream()) {
      followed = null; // The store was put aside, and with it what was followed.
    }
    boolean isSpread = durable.cover(standing) || (followed != null && durable.cover(followed));
    if (isSpread || followed == null) {
      unspread = standing;
      unspreadSince = now;
    }
    wasEverSpread = wasEverSpread || isSpread;
    return isSpread;
  }

  private boolean isTooLittleSpread(long now) {
    return !wasEverSpread || now - unspreadSince > Timeouts.LEASE.toNanos();
  }

  private String tooLittleSpread() {
    return "what this node has is on fewer nodes than the write quorum of " + quorum.write();
  }

  private void tell(@Nullable String reason) {
    String before = verdict.reason;
    if (reason == null && before != null) {
      log.info("ready");
    } else if (reason != null && !reason.equals(before)) {
      log.atInfo().addKeyValue("reason", reason).log("not ready");
    }
  }

  /** What keeps this node from being current, or null. */
  private @Nullable String lacking(Standing standing, Collection<PeerState> peers, long now) {
    int needed = quorum.read() - 1;
    if (!standing.notes().isWhole()) {
      return "the store is new and is being filled from the other nodes";
    }
    long witnesses =
        peers.stream()
            .filter(PeerState::countsForReadQuorum)
            .filter(l -> l.isReachable(now))
            .count();
    if (witnesses < needed) {
      return "states exchanged with "
          + (witnesses + 1)
          + " nodes, this one among them (expected: "
          + quorum.read()
          + " of "
          + quorum.size()
          + ")";
    }
    for (PeerState peer : peers) {
      if (peer.countsForReadQuorum()
          && peer.isReachable(now)
          && peer.trailing(now) > lagGrace.toNanos()) {
        return "catching up with " + peer.name();
      }
    }
    return null;
  }

  private @Nullable String belowQuorum(Collection<PeerState> peers, long now) {
    long reachable = 1 + peers.stream().filter(peer -> peer.isReachable(now)).count();
    return reachable >= quorum.write() ? null : belowQuorum(reachable);
  }

  private String belowQuorum(long reachable) {
    return "this node reaches "
        + reachable
        + " of "
        + quorum.size()
        + " nodes, itself included (expected: the write quorum of "
        + quorum.write()
        + ")";
  }

  /** Why no change can be acknowledged at the moment, or null. */
  @Nullable String cannotWrite(Collection<PeerState> peers) {
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
