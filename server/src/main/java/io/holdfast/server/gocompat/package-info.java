/**
 * Go's way to read and write durations, Base64, JSON and URL paths.
 *
 * <p>The Pushgateway is written in Go, and clients compare its answers. Every class here writes the
 * bytes that Go's standard library writes. It reads all that Go's library reads, odd cases
 * included.
 *
 * <p>All methods are pure functions; any thread may call them. This room knows nothing of flags,
 * requests or metrics. Go's rules for metric names and numbers are in {@code io.holdfast.proto}.
 */
@NullMarked
package io.holdfast.server.gocompat;

import org.jspecify.annotations.NullMarked;
