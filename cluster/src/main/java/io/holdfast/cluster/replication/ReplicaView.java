package io.holdfast.cluster.replication;

import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The view that other threads have of the replica, as of its last tick.
 *
 * <p>INVARIANT: a tick publishes one view, at once. So no thread combines one tick's permission to
 * accept changes with another tick's quarantine. Before the first tick, the view allows nothing.
 *
 * <p>Concurrency: the event loop publishes, and any thread reads.
 */
final class ReplicaView {
  private final LocalNode node;
  private final Freshness freshness;
  private final ClockWatch clocks;
  private final PauseGuard pauses;

  private volatile View view;

  /**
   * One tick's view.
   *
   * @param mayBeQuarantined whether the node can still quarantine its store; the node then promises
   *     nothing
   * @param cannotWrite why no change can be acknowledged; null if changes can be acknowledged
   */
  private record View(
      boolean mayBeQuarantined, @Nullable Refusal cannotWrite, ClusterStatus status) {}

  ReplicaView(LocalNode node, Freshness freshness, ClockWatch clocks, PauseGuard pauses) {
    this.node = node;
    this.freshness = freshness;
    this.clocks = clocks;
    this.pauses = pauses;
    this.view =
        new View(
            true,
            ReplicaRefusals.STARTING,
            StatusReport.of(
                node.options(),
                node.store().replicaState(),
                freshness,
                List.of(),
                null,
                new StatusReport.Moment(node.loop().nanos(), node.clock().wallMillis())));
  }

  /**
   * Publishes the view of a tick. Only the event loop calls this method.
   *
   * @param transfer the state transfer under way; null if there is none
   * @param now the time of the tick
   */
  void publish(
      boolean mayBeQuarantined,
      ReplicaState replicaState,
      Collection<PeerState> peers,
      @Nullable StateTransfer transfer,
      long now) {
    view =
        new View(
            mayBeQuarantined,
            cannotWrite(mayBeQuarantined, peers),
            StatusReport.of(
                node.options(),
                replicaState,
                freshness,
                peers,
                transfer,
                new StatusReport.Moment(now, node.clock().wallMillis())));
  }

  private @Nullable Refusal cannotWrite(boolean mayBeQuarantined, Collection<PeerState> peers) {
    Refusal refusal = freshness.cannotWrite(peers);
    return refusal == null && mayBeQuarantined ? ReplicaRefusals.INCOMPLETE : refusal;
  }

  /**
   * Returns why no change can be accepted at the moment, or null. Pauses and wrong clocks count at
   * once, without a tick.
   */
  @Nullable Refusal cannotWrite() {
    if (pauses.refusesChanges()) {
      return ReplicaRefusals.PAUSED;
    }
    Refusal refusal = view.cannotWrite;
    return refusal == null ? clocks.problem() : refusal;
  }

  /** Returns whether the node can still quarantine its store. */
  boolean mayBeQuarantined() {
    return view.mayBeQuarantined;
  }

  /** Returns the account of this node and its peers. */
  ClusterStatus status() {
    return view.status;
  }
}
