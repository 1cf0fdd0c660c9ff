/**
 * The contract by which nodes exchange messages, and the proof that a sender belongs to the
 * cluster.
 *
 * <p>{@link io.holdfast.cluster.transport.Transport} can lose, repeat, delay and reorder messages.
 * With a secret, {@link io.holdfast.cluster.transport.AuthenticatedTransport} delivers only
 * messages that a process with the secret has signed. The transport delivers these messages
 * unaltered and once. {@link io.holdfast.cluster.transport.Handshake} keeps strangers from a
 * connection before its first packet.
 *
 * <p>This package does not encrypt, does not open a socket, and does not read the content of
 * messages.
 */
@NullMarked
package io.holdfast.cluster.transport;

import org.jspecify.annotations.NullMarked;
