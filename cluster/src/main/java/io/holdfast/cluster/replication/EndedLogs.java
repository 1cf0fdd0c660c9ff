package io.holdfast.cluster.replication;

import io.holdfast.storage.ReplicaState;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The logs that have ended with a gap on this disk. The sender of such a log has gone, and no
 * present peer has the changes in the gap. So the changes behind the gap need not wait.
 */
final class EndedLogs {
  private EndedLogs() {}

  /** Returns the logs with changes behind a gap, which no node closes any more. */
  static Set<Long> of(ReplicaState replicaState, Collection<PeerState> peers, long now) {
    Set<Long> ended = new HashSet<>(replicaState.shown().keySet());
    ended.removeIf(logId -> !isEnded(logId, replicaState, peers, now));
    return ended;
  }

  private static boolean isEnded(
      long logId, ReplicaState replicaState, Collection<PeerState> peers, long now) {
    long shown = replicaState.shown().getOrDefault(logId, 0L);
    if (shown <= replicaState.versionVector().getOrDefault(logId, 0L)) {
      return false;
    }
    for (PeerState peer : peers) {
      boolean isSender = peer.logId() == logId && !peer.isSilent(now);
      if (isSender || peer.versionVector().getOrDefault(logId, 0L) >= shown) {
        return false;
      }
    }
    return true;
  }
}
