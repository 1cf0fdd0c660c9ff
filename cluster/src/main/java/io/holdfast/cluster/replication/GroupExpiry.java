package io.holdfast.cluster.replication;

import io.holdfast.storage.Change;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.WriteOutcome;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The expiry of groups whose time has come, by the cluster time.
 *
 * <p>INVARIANT: an expiry deletes no push that was acknowledged before the group's time came. So
 * the node takes the time first, then passes a read barrier, and only then expires what was due at
 * that time. Without a quorum there is no barrier, and nothing expires.
 *
 * <p>An expiry is a change of this node like any other, and no client waits for it. Peers can
 * expire equal groups at the same time, because the floors of both expiries are equal. To save
 * work, the present nodes take turns: each waits a moment longer than the nodes with lower
 * identities.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class GroupExpiry {
  /** Bounds how long pushes wait for a commit that expires groups. */
  private static final int GROUPS_PER_CHANGE = 200;

  private static final Refusal OVERDUE =
      new Refusal(
          Refusal.Code.NOT_FRESH, "groups that expired while the node was away are being deleted");

  private static final Duration TURN = Duration.ofSeconds(2);

  private final ReplicatedStore store;
  private final EventLoop loop;
  private final ClusterClock clock;
  private final Permission permission;
  private boolean isUnderWay;
  private boolean hasCaughtUp;

  /**
   * The cluster time when this node was first fresh; 0 before. Groups that come due later do not
   * count as overdue. Otherwise the node would never be ready where groups come due all the time.
   */
  private long freshAtMillis;

  /**
   * The conditions of an expiry. Any thread asks.
   *
   * @param mayChange whether a change of this node can be acknowledged
   * @param barrier completes when this node has every change that was acknowledged before the call
   */
  record Permission(BooleanSupplier mayChange, Supplier<CompletableFuture<ReadResult>> barrier) {}

  GroupExpiry(ReplicatedStore store, EventLoop loop, ClusterClock clock, Permission permission) {
    this.store = store;
    this.loop = loop;
    this.clock = clock;
    this.permission = permission;
  }

  /**
   * Returns why the node is not ready yet: groups whose time came before the node was fresh are
   * still here. Returns null if there are none, and always after a fresh node had none.
   */
  @Nullable Refusal overdue(boolean isFresh) {
    if (hasCaughtUp) {
      return null;
    }
    long untilMillis = freshAtMillis == 0 ? clock.millis() : freshAtMillis;
    freshAtMillis = isFresh ? untilMillis : freshAtMillis;
    boolean hasNone = store.replicaState().nextExpiryMillis() > untilMillis;
    hasCaughtUp = isFresh && hasNone;
    return hasNone ? null : OVERDUE;
  }

  /** Expires the groups that are due. Every tick calls this method. */
  void tick(Collection<PeerState> peers) {
    if (!clock.isSettled() || !permission.mayChange.getAsBoolean()) {
      return;
    }
    ReplicaState replicaState = store.replicaState();
    long nowMillis = clock.millis();
    long untilMillis = nowMillis - turn(replicaState, peers) * TURN.toMillis();
    if (isUnderWay || replicaState.nextExpiryMillis() > untilMillis) {
      return;
    }
    isUnderWay = true;
    CompletableFuture<Void> unused =
        permission
            .barrier
            .get()
            .thenAccept(result -> loop.execute(() -> passed(result, untilMillis)));
  }

  /** Returns how many reachable nodes have a lower identity than this node. */
  private long turn(ReplicaState replicaState, Collection<PeerState> peers) {
    long now = loop.nanos();
    return peers.stream()
        .filter(peer -> peer.isReachable(now))
        .filter(peer -> Long.compareUnsigned(peer.node(), replicaState.node()) < 0)
        .count();
  }

  private void passed(ReadResult result, long untilMillis) {
    if (result instanceof ReadResult.Fresh) {
      expire(untilMillis);
    } else {
      isUnderWay = false;
    }
  }

  private void expire(long untilMillis) {
    Change expire = new Change.Expire(untilMillis, GROUPS_PER_CHANGE);
    CompletableFuture<Void> unused =
        store
            .submit(expire, () -> !permission.mayChange.getAsBoolean())
            .thenAccept(outcome -> loop.execute(() -> expired(outcome, untilMillis)));
  }

  private void expired(WriteOutcome outcome, long untilMillis) {
    boolean hasMore = store.replicaState().nextExpiryMillis() <= untilMillis;
    if (hasMore && outcome instanceof WriteOutcome.Applied) {
      expire(untilMillis);
    } else {
      isUnderWay = false;
    }
  }
}
