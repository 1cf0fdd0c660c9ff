package io.holdfast.cluster.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the nodes find each other.
 *
 * @param listen the one address that is bound
 * @param advertise what peers dial
 * @param peers where others may be, this node among them or not; a name may resolve to several
 *     addresses, and to others later
 * @param clusterName nodes of another cluster are not talked to
 * @param nodeName for people
 * @param secret what every node of the cluster knows; null if none is set
 */
public record Discovery(
    HostPort listen,
    HostPort advertise,
    List<HostPort> peers,
    String clusterName,
    String nodeName,
    byte @Nullable [] secret) {
  /** Not the compact form, where javac 17 loses that the secret may be null. */
  public Discovery(
      HostPort listen,
      HostPort advertise,
      List<HostPort> peers,
      String clusterName,
      String nodeName,
      byte @Nullable [] secret) {
    this.listen = listen;
    this.advertise = advertise;
    this.peers = List.copyOf(peers);
    this.clusterName = clusterName;
    this.nodeName = nodeName;
    this.secret = secret;
  }
}
