/**
 * An open-loop load generator for pushes over HTTP/1.1. Requests have a fixed arrival rate, and the
 * latency of a request counts from the moment when the request was due. A server that stops thus
 * delays all requests that come due during the stop, and each delay is recorded: there is no
 * coordinated omission. {@code scripts/bench} runs the generator as a process of its own.
 *
 * <p>Concurrency: the pacing thread sends what comes due, and the receiving thread reads answers
 * and sends what waited for a connection. Both work under the monitor of {@link
 * io.holdfast.benchmarks.load.Load}.
 */
@NullMarked
package io.holdfast.benchmarks.load;

import org.jspecify.annotations.NullMarked;
