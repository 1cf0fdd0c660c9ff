/**
 * Replication of groups between nodes, over Hazelcast.
 *
 * <p>{@link io.holdfast.cluster.ClusterNode} makes of a replicated store one node of a cluster:
 * what it acknowledges is on the disks of a quorum, what it vouches for in a scrape is everything
 * that was acknowledged before. No group lives in a structure of Hazelcast, which supplies
 * membership, failure detection and the carrying of messages, behind {@link
 * io.holdfast.cluster.Transport}.
 *
 * <p>Only this package sees Hazelcast, and it sees no HTTP. The logic runs on one event loop and
 * through interfaces for time and transport, so that it can be simulated.
 */
@NullMarked
package io.holdfast.cluster;

import org.jspecify.annotations.NullMarked;
