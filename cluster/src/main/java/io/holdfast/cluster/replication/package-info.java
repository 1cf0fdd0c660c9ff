/**
 * The rules of a cluster: streams of changes, quorums, read barriers, the copying of what a node
 * lacks, and the forgetting of deletes.
 *
 * <p>Guarantees: an acknowledged change is on the disks of a write quorum; a scrape that a node
 * vouches for shows it; nodes that have heard everything of each other have equal states, byte for
 * byte.
 *
 * <p>All state is confined to one {@link io.holdfast.cluster.replication.EventLoop}. Time, messages
 * and disk come from outside, so that tests simulate them: of the transport this package sees only
 * the interface, of the store only {@code ReplicatedStore}. It contains no cryptography, no
 * addresses and nothing of Hazelcast.
 */
@NullMarked
package io.holdfast.cluster.replication;

import org.jspecify.annotations.NullMarked;
