package io.holdfast.cluster.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and names by which the nodes find each other.
 *
 * @param listen the one address that is bound
 * @param advertise the address that peers dial
 * @param peers the possible addresses of peers, with or without this node; a name can resolve to
 *     several addresses, and to others later
 * @param clusterName nodes of another cluster are refused
 * @param nodeName the name of this node, for logs
 * @param secret the secret that every node of the cluster knows; null if none is set
 */
public record Discovery(
    HostPort listen,
    HostPort advertise,
    List<HostPort> peers,
    String clusterName,
    String nodeName,
    byte @Nullable [] secret) {
  /**
   * Creates a discovery. The compact form is not used, because javac 17 loses there that the secret
   * can be null.
   */
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
