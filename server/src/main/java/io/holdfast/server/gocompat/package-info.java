/**
 * How Go reads and writes: durations, Base64, JSON and URL paths.
 *
 * <p>The Pushgateway is written in Go, and clients compare what it answers. Every class here gives
 * the bytes that Go's standard library gives, and reads all that it reads, odd cases included.
 *
 * <p>All methods are pure functions; any threads may call them. This room knows nothing of flags,
 * requests or metrics. What Go does to metric names and numbers is in {@code io.holdfast.proto}.
 */
@NullMarked
package io.holdfast.server.gocompat;

import org.jspecify.annotations.NullMarked;
