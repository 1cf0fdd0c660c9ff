package io.holdfast.cluster.replication;

import static java.util.Objects.requireNonNull;

import io.holdfast.cluster.replication.Confirmation.Confirmed;
import io.holdfast.cluster.replication.Confirmation.Conflicting;
import io.holdfast.cluster.replication.Confirmation.Superseded;
import io.holdfast.cluster.replication.Confirmation.Unconfirmed;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Conflict;
import io.holdfast.storage.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongConsumer;

/**
 * The changes of this node that are on its own disk and wait for the disks of peers.
 *
 * <p>A change is confirmed only after a write quorum has the change. In addition, every live peer
 * must have the change, or the lag grace must have passed. After the lag grace, the peers without
 * the change are lagging. Acknowledgements do not wait for a lagging peer until that peer has
 * caught up. A node counts for a change only if the node has the whole log up to the change. So a
 * node that counts reports an offset that includes the change.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class Acknowledgements {
  private static final Refusal REOPENED =
      new Refusal(
          Refusal.Code.UNCONFIRMED,
          "the store was opened anew before the change was on enough nodes; a retry is safe");

  private record Waiting(CompletableFuture<Confirmation> confirmation, long since) {}

  private final ReplicaOptions.Quorum quorum;
  private final Duration lagGrace;
  private final LongConsumer latencies;
  private final Executor callbackExecutor;
  private final NavigableMap<Long, List<Waiting>> waiting = new TreeMap<>();
  private final NavigableMap<Long, Long> superseded = new TreeMap<>();
  private final NavigableMap<Long, String> conflicts = new TreeMap<>();
  private long logId;

  /** The offset of the last change that a write quorum has. */
  private long confirmed;

  /**
   * @param latencies receives the duration of each confirmation, in nanoseconds
   * @param callbackExecutor completes many confirmations in one task, so that the event loop does
   *     not write answers to clients
   */
  Acknowledgements(
      ReplicaOptions.Quorum quorum,
      Duration lagGrace,
      LongConsumer latencies,
      Executor callbackExecutor) {
    this.quorum = quorum;
    this.lagGrace = lagGrace;
    this.latencies = latencies;
    this.callbackExecutor = callbackExecutor;
  }

  /** Begins a new log, and gives up the changes of the old log that still wait. */
  void restart(long newLog) {
    if (newLog != logId) {
      waiting.values().forEach(all -> refuse(all, REOPENED));
      waiting.clear();
      superseded.clear();
      conflicts.clear();
      confirmed = 0;
      logId = newLog;
    }
  }

  void await(long ofLog, long offset, CompletableFuture<Confirmation> confirmation, long now) {
    if (ofLog != logId) {
      confirmation.complete(new Unconfirmed(REOPENED));
      return;
    }
    waiting
        .computeIfAbsent(offset, unused -> new ArrayList<>(1))
        .add(new Waiting(confirmation, now));
  }

  /** Notes which changes a peer reports as superseded or conflicting. */
  void heard(ChangesAnswer answer) {
    for (long offset : answer.getSupersededList()) {
      superseded.merge(offset, answer.getClock(), Math::max);
    }
    for (Conflict conflict : answer.getConflictsList()) {
      conflicts.put(conflict.getOffset(), conflict.getReason());
    }
  }

  long confirmed() {
    return confirmed;
  }

  /**
   * Answers the changes that are confirmed by now. Marks a peer as lagging when a change has waited
   * for that peer longer than the lag grace.
   */
  void settle(Collection<PeerState> peers, long now) {
    confirmed = Math.max(confirmed, reachedByQuorum(peers));
    long all = reachedByLive(peers);
    List<Runnable> answers = new ArrayList<>();
    while (!waiting.isEmpty() && waiting.firstKey() <= confirmed) {
      long offset = waiting.firstKey();
      if (offset > all) {
        long since = waiting.firstEntry().getValue().get(0).since;
        if (now - since < lagGrace.toNanos()) {
          break;
        }
        markLagging(peers, offset, since);
        all = reachedByLive(peers);
      }
      supersedeUnacknowledged(offset, peers);
      answers.add(confirmed(offset, requireNonNull(waiting.remove(offset)), now));
    }
    if (!answers.isEmpty()) {
      tell(answers);
    }
    // A change can be confirmed before its own task has asked for the confirmation. So the reports
    // of peers stay for the last changes, and only older reports are dropped.
    long forgotten = confirmed - Outbox.MAX_CHANGES;
    superseded.headMap(forgotten).clear();
    conflicts.headMap(forgotten).clear();
  }

  /** Gives up the changes that have waited longer than the deadline. */
  void expire(Duration deadline, Refusal refusal, long now) {
    waiting.values().forEach(all -> expire(all, deadline, refusal, now));
    waiting.values().removeIf(List::isEmpty);
  }

  private static void expire(List<Waiting> all, Duration deadline, Refusal refusal, long now) {
    List<Waiting> late =
        all.stream().filter(each -> now - each.since > deadline.toNanos()).toList();
    all.removeAll(late);
    refuse(late, refusal);
  }

  private static void refuse(List<Waiting> all, Refusal refusal) {
    all.forEach(each -> each.confirmation.complete(new Unconfirmed(refusal)));
  }

  /** Marks a change as superseded when a peer has the change but has not reported its outcome. */
  private void supersedeUnacknowledged(long offset, Collection<PeerState> peers) {
    for (PeerState peer : peers) {
      if (peer.hasUnacknowledged(logId, offset)) {
        superseded.merge(offset, peer.clock(), Math::max);
      }
    }
  }

  private void tell(List<Runnable> answers) {
    Runnable all = () -> answers.forEach(Runnable::run);
    try {
      callbackExecutor.execute(all);
    } catch (RejectedExecutionException e) {
      // The executor was shut down before the cluster. The waiting clients are answered on this
      // thread.
      all.run();
    }
  }

  /** Returns a task that answers every client of the change. */
  private Runnable confirmed(long offset, List<Waiting> all, long now) {
    Long newer = superseded.remove(offset);
    String conflict = conflicts.remove(offset);
    Confirmation outcome;
    if (conflict != null) {
      outcome = new Conflicting(conflict);
    } else {
      outcome = newer == null ? new Confirmed() : new Superseded(newer);
    }
    return () -> {
      for (Waiting each : all) {
        latencies.accept(now - each.since);
        each.confirmation.complete(outcome);
      }
    };
  }

  private long reachedByQuorum(Collection<PeerState> peers) {
    int others = quorum.write() - 1;
    if (others == 0) {
      return Long.MAX_VALUE;
    }
    long[] reached = peers.stream().mapToLong(peer -> peer.reached(logId)).sorted().toArray();
    return reached.length < others ? 0 : reached[reached.length - others];
  }

  private long reachedByLive(Collection<PeerState> peers) {
    return peers.stream()
        .filter(peer -> !peer.isLagging())
        .mapToLong(peer -> peer.reached(logId))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void markLagging(Collection<PeerState> peers, long offset, long since) {
    for (PeerState peer : peers) {
      if (!peer.isLagging() && peer.reached(logId) < offset) {
        peer.fellBehind(since);
      }
    }
  }
}
