package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;

/**
 * A family of the server's own metrics, for a scrape that shows them with the pushed ones.
 *
 * @param name in the exposition's order
 * @param header HELP and TYPE
 * @param text its samples
 * @param yields whether it is left out where groups have a family of this name (or one that would
 *     collide with its {@code _sum}, {@code _count} or {@code _bucket}); otherwise pushed series
 *     join it under its own header
 */
public record OwnFamily(String name, MetricType type, byte[] header, byte[] text, boolean yields) {}
