/**
 * The transport over Hazelcast, and the only package that sees Hazelcast.
 *
 * <p>Hazelcast supplies membership, failure detection, the merging of clusters that were apart, and
 * the carrying of requests. No group is in any of its structures. The package follows the names of
 * nodes, starts a member again that has ended, limits connections and the length of packets, and
 * bounds what may be under way to a peer.
 *
 * <p>The package does not decide who belongs to the cluster: the handshake and the challenges of
 * the {@code transport} package do. It neither stores nor reads what it carries.
 */
@NullMarked
package io.holdfast.cluster.hazelcast;

import org.jspecify.annotations.NullMarked;
