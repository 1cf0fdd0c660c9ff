package io.holdfast.server.config;

import io.holdfast.cluster.transport.HostPort;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The number of nodes in a cluster, counted from this node's addresses.
 *
 * <p>A name can stand for several nodes, or for this node. Too small a number would be unsafe,
 * because the quorum would be too small. So a list of peers gives the exact number in two cases.
 * Either every address is an IP address, or the node finds its own address in the list. In the
 * second case the list names all nodes, one by one.
 *
 * @param least the cluster has at least this number of nodes
 * @param isExact the cluster has exactly this number of nodes
 */
record NodeCount(int least, boolean isExact) {
  static NodeCount of(HostPort self, List<HostPort> peers) {
    HostPort own = ClusterAddress.canonical(self);
    Set<HostPort> all = new HashSet<>();
    peers.forEach(peer -> all.add(ClusterAddress.canonical(peer)));
    int listed = all.size();
    boolean isAdded = all.add(own);
    if (!isAdded
        || listed == 0
        || all.stream().allMatch(node -> ClusterAddress.ip(node.host()).isPresent())) {
      return new NodeCount(all.size(), true);
    }
    return new NodeCount(Math.max(2, listed), false);
  }
}
