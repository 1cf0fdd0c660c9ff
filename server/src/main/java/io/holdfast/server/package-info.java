/**
 * A node as a process, and the only place that knows all of the rooms.
 *
 * <p>{@code Main} parses the command line and exits. {@code App} builds the object graph with plain
 * constructors, starts the graph and ends it in order. Several nodes can run in one process. {@code
 * GatewayHandler} finds a request's route and calls the handler that serves the route.
 *
 * <p>Handlers never wait. A push is parsed and rendered on the thread that read it, then submitted
 * to the store. The push is answered when the store calls back. {@code proto} and {@code storage}
 * find mistakes of clients; the rooms below give each mistake its status.
 *
 * <p>A failure of the disk or of a peer does not end the process: changes are refused, and scrapes
 * go on. If the writer fails for good, {@code Main} ends the process with code 1.
 *
 * <p>This room makes no decision that one of its rooms could make.
 */
@NullMarked
package io.holdfast.server;

import org.jspecify.annotations.NullMarked;
