package io.holdfast.cluster.replication;

/**
 * The receiver of events that metrics count. Any thread calls its methods, so the methods must be
 * quick.
 */
public interface ClusterCounters {

  /**
   * Counts a change that enough nodes confirmed, and the time since the change reached this node's
   * disk.
   */
  void replicated(long nanos);

  /** Counts groups that this node copied from a peer, and whether the state transfer succeeded. */
  void repaired(long groups, boolean succeeded);

  /** Counts a refused message: malformed, not authentic, or with a time that no clock can show. */
  void refused();
}
