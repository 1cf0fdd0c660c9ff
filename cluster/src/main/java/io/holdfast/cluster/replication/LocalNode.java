package io.holdfast.cluster.replication;

import io.holdfast.storage.ReplicatedStore;

/**
 * This node, as the parts of its replica share it. Plain data: the record does nothing of its own.
 *
 * @param store the groups and the log of this node
 * @param loop the one thread of the replica, and its time
 * @param clock the cluster time, and the wall clock
 * @param counters receives the events that metrics count
 */
public record LocalNode(
    ReplicaOptions options,
    ReplicatedStore store,
    EventLoop loop,
    ClusterClock clock,
    ClusterCounters counters) {}
