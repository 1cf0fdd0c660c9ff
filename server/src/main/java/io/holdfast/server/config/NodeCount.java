package io.holdfast.server.config;

import io.holdfast.cluster.transport.HostPort;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many nodes a node and its peers are.
 *
 * <p>A name may stand for several nodes, or for this one. To guess too few would be unsafe: the
 * quorum would be too small. So addresses are counted only if each is a place of its own, or if the
 * node finds its own among them: then it is the list of all nodes, one by one.
 *
 * @param least there are no fewer
 * @param isExact there are no more, either
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
