package io.holdfast.cluster;

import io.holdfast.cluster.ClusterOptions.Forming;
import java.security.SecureRandom;

/** Makes transports. */
final class Transports {
  private Transports() {}

  /** Over Hazelcast, for those who know the secret; not started. */
  static AuthenticatedTransport hazelcast(Forming forming) {
    return authenticated(new HazelcastTransport(forming), forming);
  }

  static AuthenticatedTransport authenticated(NamedTransport inner, Forming forming) {
    return new AuthenticatedTransport(
        inner, ClusterKey.of(forming.secret(), forming.clusterName()), new SecureRandom());
  }
}
