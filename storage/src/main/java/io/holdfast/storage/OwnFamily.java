package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat.Head;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;

/**
 * A family of the server's own metrics, for a scrape that shows them with the pushed ones.
 *
 * @param family with a name that every format can show
 * @param yields whether it is left out where groups have a family of this name (or one that would
 *     collide with its {@code _sum}, {@code _count} or {@code _bucket}); otherwise pushed series
 *     join it under its own header
 */
public record OwnFamily(MetricFamily family, boolean yields) {

  /** In the exposition's order. */
  public String name() {
    return family.getName();
  }

  /** As every format has it. */
  public MetricType type() {
    return family.getType();
  }

  Head head() {
    return new Head(name(), type(), family.hasHelp() ? family.getHelp() : null);
  }
}
