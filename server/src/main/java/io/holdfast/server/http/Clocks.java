package io.holdfast.server.http;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a process. Any thread may use them.
 *
 * @param wall the time that clients and records see; it can jump
 * @param nanos a time that never goes back, in nanoseconds since some moment, for durations
 */
public record Clocks(InstantSource wall, LongSupplier nanos) {}
