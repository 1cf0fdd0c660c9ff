/**
 * The way into a cluster: a store becomes one of several that hold the same groups.
 *
 * <p>{@link io.holdfast.cluster.ClusterNode} replicates a store. An acknowledged change is on the
 * disks of a write quorum. A scrape that a node vouches for shows every change that was
 * acknowledged before. {@link io.holdfast.cluster.ClusterOptions} says how the node takes part.
 *
 * <p>The rooms behind it: {@code replication} decides, {@code transport} is the contract by which
 * messages travel and the check of who sends them, {@code hazelcast} carries them. This package
 * wires the rooms together and contains no rule. It sees no HTTP.
 */
@NullMarked
package io.holdfast.cluster;

import org.jspecify.annotations.NullMarked;
