/**
 * A node as a process, and the one place that knows all of its rooms.
 *
 * <p>{@code Main} parses the command line and exits. {@code App} builds the object graph with plain
 * constructors, starts it and ends it in order; several can run in one process. {@code
 * GatewayHandler} finds a request's route and hands it to the handler that serves it.
 *
 * <p>Handlers never wait: a push is parsed and rendered on the thread that read it, submitted to
 * the store, and answered when the store calls back. Mistakes of clients are found in {@code proto}
 * and {@code storage}; the rooms below give each its status.
 *
 * <p>Nothing is decided here that a room could decide.
 */
@NullMarked
package io.holdfast.server;

import org.jspecify.annotations.NullMarked;
