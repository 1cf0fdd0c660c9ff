/**
 * A node as a process: command line, logs, HTTP, its own metrics, and the order in which it starts
 * and ends.
 *
 * <p>{@code Main} parses and exits; {@code App} builds everything with plain constructors and can
 * run several times in one process. {@code Routes} turns a request line into a {@code Route},
 * {@code GatewayHandler} hands that to what serves it. Handlers never wait: a push is parsed and
 * rendered on the thread that read it, submitted to the store, and answered when the store calls
 * back.
 *
 * <p>What counts as a mistake of the client is decided below, in {@code proto} and {@code storage};
 * here it gets its status.
 */
@NullMarked
package io.holdfast.server;

import org.jspecify.annotations.NullMarked;
