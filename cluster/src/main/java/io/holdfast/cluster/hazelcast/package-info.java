/**
 * The transport over Hazelcast, and the only package that sees Hazelcast.
 *
 * <p>Hazelcast supplies membership, failure detection, the merging of clusters that were apart, and
 * the carrying of requests. Hazelcast's structures hold no group. The package follows the names of
 * nodes, and starts a member again that has ended. The package limits connections, the length of
 * packets, and the requests under way to a peer.
 *
 * <p>If a peer dies, its requests fail, and the receiver hears that the peer has disappeared.
 * Requests, answers and reports each have their own threads, which {@code HazelcastTransport}
 * names. The package uses no disk.
 *
 * <p>The package does not decide which processes belong to the cluster. The handshake and the
 * challenges of the {@code transport} package decide that. The package neither stores nor reads the
 * messages.
 */
@NullMarked
package io.holdfast.cluster.hazelcast;

import org.jspecify.annotations.NullMarked;
