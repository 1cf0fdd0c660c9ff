package io.holdfast.cluster.replication;

/** Hears what is worth a metric. Any thread calls it; it must be quick. */
public interface ClusterCounters {

  /** A change was confirmed by enough nodes, so long after it was on this node's disk. */
  void replicated(long nanos);

  /** What this node lacked was copied from another, or could not be. */
  void repaired(long groups, boolean succeeded);

  /** A message was refused: malformed, not authentic, or with a time that no clock can show. */
  void refused();
}
