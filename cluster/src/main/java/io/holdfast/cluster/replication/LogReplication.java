package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.WriteOutcome.Applied;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replication of this node's log. The changes of the store go to every peer, and a change is
 * confirmed when a write quorum has the change on its disks.
 *
 * <p>Guarantees: each change that the store commits is sent to every present peer, or the peer is
 * lagging and copies the change. Each request for a confirmation is answered within {@link
 * Timeouts#WRITE_DEADLINE} and a tick.
 *
 * <p>Concurrency: confined to the event loop, except {@link #committing} and {@link #confirm},
 * which any thread can call.
 */
final class LogReplication {
  private static final Logger log = LoggerFactory.getLogger(LogReplication.class);

  private final ReplicaOptions.Quorum quorum;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final PeerTable peers;
  private final Acknowledgements acknowledgements;
  private final BatchSender sender;
  private final Runnable advanced;

  /**
   * @param callbackExecutor completes the futures for which clients wait
   * @param advanced runs when a peer has more of this log on its disk, so that scrapes look again
   */
  LogReplication(
      LocalNode node,
      PeerTable peers,
      PeerClient client,
      Executor callbackExecutor,
      Runnable advanced) {
    this.quorum = node.options().quorum();
    this.store = node.store();
    this.loop = node.loop();
    this.peers = peers;
    this.advanced = advanced;
    this.acknowledgements =
        new Acknowledgements(
            quorum,
            node.options().limits().lagGrace(),
            node.counters()::replicated,
            callbackExecutor);
    this.sender = new BatchSender(client, loop, peers::isPresent, this::arrived);
  }

  /** Begins a new log if the store was opened again. */
  void restart(ReplicaState replicaState) {
    acknowledgements.restart(replicaState.logId());
  }

  /** Gives changes that are being committed to every peer. Any thread can call this method. */
  void committing(long logId, long first, List<byte[]> changes) {
    loop.execute(
        () -> {
          for (PeerState peer : peers.all()) {
            if (!peer.enqueue(logId, first, changes)) {
              log.atWarn()
                  .addKeyValue("peer", peer.name())
                  .log("peer too slow; state transfer needed");
              peer.fellBehind(loop.nanos());
            }
            sender.send(peer);
          }
        });
  }

  /**
   * Returns a future for the confirmation of a change that is on this node's disk. Any thread can
   * call this method.
   */
  CompletableFuture<Confirmation> confirm(Applied applied) {
    CompletableFuture<Confirmation> confirmation = new CompletableFuture<>();
    loop.execute(
        () -> {
          restart(store.replicaState());
          acknowledgements.await(applied.logId(), applied.offset(), confirmation, loop.nanos());
          settle();
        });
    return confirmation;
  }

  /** Sends the changes that wait for a peer, unless a batch is under way. */
  void send(PeerState peer) {
    sender.send(peer);
  }

  /** Takes the answer to a batch that is on a peer's disk. */
  private void arrived(ChangesAnswer answer) {
    acknowledgements.heard(answer);
    settle();
    advanced.run();
  }

  /** Decides which peers lag, then confirms the changes that a write quorum has. */
  void settle() {
    long now = loop.nanos();
    ReplicaState replicaState = store.replicaState();
    for (PeerState peer : peers.all()) {
      updateLag(peer, replicaState, now);
    }
    acknowledgements.settle(peers.all(), now);
  }

  private static void updateLag(PeerState peer, ReplicaState replicaState, long now) {
    boolean hasAll = peer.reached(replicaState.logId()) >= replicaState.offset();
    if (!peer.isReachable(now)) {
      peer.fellBehind(now);
    } else if (hasAll && peer.isTransferred()) {
      peer.caughtUp();
    }
  }

  /** Gives up the changes that have waited longer than the deadline. */
  void expire(long now) {
    acknowledgements.expire(Timeouts.WRITE_DEADLINE, unconfirmed(), now);
  }

  /** Gives up all changes that wait, because the node stops. */
  void stop() {
    acknowledgements.expire(Duration.ofSeconds(-1), ReplicaRefusals.SHUTTING_DOWN, loop.nanos());
  }

  private Refusal unconfirmed() {
    long confirmedOn = 1 + peers.all().stream().filter(peer -> !peer.isLagging()).count();
    String refusals =
        peers.all().stream()
            .filter(peer -> peer.refusal() != null)
            .map(peer -> "; " + peer.name() + " refuses: " + peer.refusal())
            .reduce("", String::concat);
    return new Refusal(
        Refusal.Code.UNCONFIRMED,
        "the change was not confirmed on "
            + quorum.write()
            + " of "
            + quorum.size()
            + " nodes within "
            + Timeouts.WRITE_DEADLINE.toSeconds()
            + " s ("
            + confirmedOn
            + " keep up); the change may still take effect, and a retry is safe"
            + refusals);
  }

  /** Returns the offset up to which each log is on the disks of a write quorum. */
  DurableOffsets durable(ReplicaState replicaState) {
    return new DurableOffsets(quorum, replicaState, peers.all(), acknowledgements.confirmed());
  }
}
