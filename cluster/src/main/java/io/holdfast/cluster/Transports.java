package io.holdfast.cluster;

import io.holdfast.cluster.ClusterOptions.Forming;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes transports. */
final class Transports {
  private static final Logger log = LoggerFactory.getLogger(Transports.class);

  private Transports() {}

  /** Over Hazelcast, for those who know the secret; not started. */
  static AuthenticatedTransport hazelcast(Forming forming) {
    if (forming.secret() == null && !isLoopback(forming.listen().host())) {
      log.atWarn()
          .addKeyValue("listen", forming.listen())
          .log(
              "Without --cluster.secret-file everyone who reaches the cluster port can read and"
                  + " change all groups");
    }
    return authenticated(new HazelcastTransport(forming), forming);
  }

  static AuthenticatedTransport authenticated(NamedTransport inner, Forming forming) {
    return new AuthenticatedTransport(
        inner, ClusterKey.of(forming.secret(), forming.clusterName()), new SecureRandom());
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
