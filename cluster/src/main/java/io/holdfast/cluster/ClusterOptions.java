package io.holdfast.cluster;

import io.holdfast.cluster.replication.ReplicaOptions;
import io.holdfast.cluster.transport.Discovery;

/** How a node takes part in a cluster. */
public record ClusterOptions(
    Discovery discovery, ReplicaOptions.Quorum quorum, ReplicaOptions.Limits limits) {

  /** Returns the part that the replication needs: neither addresses nor the secret. */
  ReplicaOptions replica() {
    return new ReplicaOptions(discovery.nodeName(), quorum, limits);
  }
}
