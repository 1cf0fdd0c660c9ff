package io.holdfast.cluster;

import io.holdfast.cluster.replication.ReplicaOptions;
import io.holdfast.cluster.transport.Discovery;

/** The settings of a node in a cluster. */
public record ClusterOptions(
    Discovery discovery, ReplicaOptions.Quorum quorum, ReplicaOptions.Limits limits) {

  /** Returns the settings that the replication needs, without addresses and secret. */
  ReplicaOptions replica() {
    return new ReplicaOptions(discovery.nodeName(), quorum, limits);
  }
}
