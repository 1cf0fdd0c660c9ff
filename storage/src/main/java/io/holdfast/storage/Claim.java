package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;

/**
 * A claim: the version since which a group has had a family name with its type. Of two claims that
 * conflict, the older claim is exposed. Between equally old claims, the smaller key wins.
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
