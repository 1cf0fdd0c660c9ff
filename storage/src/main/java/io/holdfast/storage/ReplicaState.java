package io.holdfast.storage;

import java.util.Map;

/**
 * The replica state: the state of a replicated store after one commit. Immutable.
 *
 * @param node the identity of this store in versions
 * @param logId the log of this store's own changes; each opening of the store starts a new log
 * @param versionVector the version vector, log to offset: every change of that log up to the offset
 *     is on the disk; this store's own log is included
 * @param shown log to offset: no change of that log beyond the offset has left anything in the
 *     exposition; greater than the version vector while a gap is open
 * @param digest of all groups: stores with equal digests have equal states
 * @param clock the highest hybrid clock reading given out or seen
 * @param metadata the cluster metadata of the node
 * @param exposition the exposition of exactly this state
 * @param nextExpiryMillis when the first group expires, in milliseconds of the cluster time; {@link
 *     Long#MAX_VALUE} if no group does
 */
public record ReplicaState(
    long node,
    long logId,
    Map<Long, Long> versionVector,
    Map<Long, Long> shown,
    long digest,
    long clock,
    ClusterMetadata metadata,
    Exposition exposition,
    long nextExpiryMillis) {

  public ReplicaState {
    versionVector = Map.copyOf(versionVector);
    shown = Map.copyOf(shown);
  }

  /**
   * Returns the log that stands for a store's content at its opening. The given log is that of the
   * store's own changes.
   */
  public static long opening(long logId) {
    return StoreState.besides(logId);
  }

  /** Returns the offset of this store's last own change; 0 if there is none. */
  public long offset() {
    return versionVector.getOrDefault(logId, 0L);
  }
}
