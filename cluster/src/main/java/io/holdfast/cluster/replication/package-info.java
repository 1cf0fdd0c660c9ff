/**
 * The rules of a cluster: logs of changes, quorums, read barriers, state transfers, and the
 * collection of tombstones.
 *
 * <p>Guarantees: an acknowledged change is on the disks of a write quorum. A scrape that is not
 * marked as stale shows the change. Nodes that have received all changes of each other have equal
 * states, byte for byte.
 *
 * <p>{@code Replica} wires the parts together, passes events on to them, and runs their tick.
 *
 * <p>All state is confined to one {@link io.holdfast.cluster.replication.EventLoop}. Time, messages
 * and disk come from outside, so that tests can simulate them. This package sees only the interface
 * of the transport, and only {@code ReplicatedStore} of the store. The package contains no
 * cryptography, no addresses and nothing of Hazelcast.
 */
@NullMarked
package io.holdfast.cluster.replication;

import org.jspecify.annotations.NullMarked;
