package io.holdfast.cluster;

import java.security.SecureRandom;

/** Makes transports. */
final class Transports {
  private Transports() {}

  /** Over Hazelcast, for those who know the secret; not started. */
  static AuthenticatedTransport hazelcast(Discovery discovery) {
    ClusterKey key = ClusterKey.of(discovery.secret(), discovery.clusterName());
    SecureRandom random = new SecureRandom();
    Refusals refusals = new Refusals();
    HazelcastTransport transport =
        new HazelcastTransport(discovery, new Handshakes(key, random, refusals));
    return new AuthenticatedTransport(transport, key, random, refusals);
  }
}
