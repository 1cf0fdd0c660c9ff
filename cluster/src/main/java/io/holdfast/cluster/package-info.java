/**
 * The entry to a cluster: a store becomes one of several stores that hold the same groups.
 *
 * <p>{@link io.holdfast.cluster.ClusterNode} replicates a store. An acknowledged change is on the
 * disks of a write quorum. A scrape that is not marked as stale shows every change that was
 * acknowledged before. {@link io.holdfast.cluster.ClusterOptions} has the settings of the node.
 *
 * <p>The packages behind the entry: {@code replication} decides. {@code transport} is the contract
 * by which messages travel, and the check of their senders. {@code hazelcast} carries the messages.
 * This package wires the packages together and contains no rule. This package sees no HTTP.
 */
@NullMarked
package io.holdfast.cluster;

import org.jspecify.annotations.NullMarked;
