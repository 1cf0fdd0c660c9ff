package io.holdfast.cluster;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.Standing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at what a peer says of itself for the first time, and tells the operator what is wrong. */
final class Introduction {
  private static final Logger log = LoggerFactory.getLogger(Introduction.class);

  private Introduction() {}

  static void check(ClusterOptions options, Standing own, Peer peer, Heartbeat heartbeat) {
    if (heartbeat.getNode() == own.node()) {
      log.atError()
          .addKeyValue("peer", peer)
          .log(
              "another node has a copy of this node's store: two nodes with one identity lose"
                  + " changes. Stop one of them and let it begin with an empty --storage.path");
    }
    if (heartbeat.getName().equals(options.forming().nodeName())) {
      log.atWarn()
          .addKeyValue("peer", peer)
          .addKeyValue("name", heartbeat.getName())
          .log("two nodes have the same --cluster.node-name; their own metrics will mix");
    }
    if (heartbeat.getClusterSize() != options.quorum().size()
        || heartbeat.getWriteQuorum() != options.quorum().write()) {
      log.atError()
          .addKeyValue("peer", heartbeat.getName())
          .addKeyValue("size", heartbeat.getClusterSize())
          .addKeyValue("write_quorum", heartbeat.getWriteQuorum())
          .addKeyValue("own_size", options.quorum().size())
          .addKeyValue("own_write_quorum", options.quorum().write())
          .log(
              "a node was started with another --cluster.size or --cluster.write-quorum:"
                  + " acknowledged changes may be missed until all have the same");
    }
  }
}
