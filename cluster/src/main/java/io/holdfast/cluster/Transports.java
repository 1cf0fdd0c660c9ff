package io.holdfast.cluster;

import io.holdfast.cluster.ClusterOptions.Forming;
import java.security.SecureRandom;

/** Makes transports. */
final class Transports {
  private Transports() {}

  /** Over Hazelcast, for those who know the secret; not started. */
  static AuthenticatedTransport hazelcast(Forming forming) {
    ClusterKey key = ClusterKey.of(forming.secret(), forming.clusterName());
    SecureRandom random = new SecureRandom();
    Refusals refusals = new Refusals();
    HazelcastTransport transport =
        new HazelcastTransport(forming, new Handshakes(key, random, refusals));
    return new AuthenticatedTransport(transport, key, random, refusals);
  }
}
