package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat.FamilyHeader;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;

/**
 * A family of the self metrics, for a scrape that shows them with the pushed metrics.
 *
 * @param family with a name that every format can show
 * @param yields whether the family is left out if a pushed family has its name or collides by a
 *     suffix; otherwise pushed series join the family under its own header
 */
public record SelfMetricFamily(MetricFamily family, boolean yields) {

  /** Returns the name, which decides the place in the exposition. */
  public String name() {
    return family.getName();
  }

  /** Returns the type, which is the same in every format. */
  public MetricType type() {
    return family.getType();
  }

  FamilyHeader header() {
    return new FamilyHeader(name(), type(), family.hasHelp() ? family.getHelp() : null);
  }
}
