package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;

/**
 * Since when a group has a family name with its type. Of claims that conflict the older one is
 * exposed; of equally old ones that of the smaller key.
 */
record Claim(Version since, GroupKey group, MetricType type) implements Comparable<Claim> {

  static Claim of(Family family) {
    return new Claim(family.claimedAt, family.group, family.type());
  }

  @Override
  public int compareTo(Claim other) {
    int byAge = since.compareTo(other.since);
    return byAge != 0 ? byAge : group.compareTo(other.group);
  }
}
