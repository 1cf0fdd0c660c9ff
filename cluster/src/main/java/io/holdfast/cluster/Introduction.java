package io.holdfast.cluster;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.Position;
import io.holdfast.storage.ClusterNotes;
import io.holdfast.storage.Standing;
import java.util.Optional;
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

  /**
   * What a node says of itself, whenever it is asked.
   *
   * @param completeUntil every delete up to this hybrid clock reading was here when all nodes were
   *     the same
   */
  static Heartbeat heartbeat(
      ClusterOptions options,
      Standing standing,
      Optional<String> unready,
      long completeUntil,
      long millis) {
    ClusterNotes notes = standing.notes();
    Heartbeat.Builder heartbeat =
        Heartbeat.newBuilder()
            .setNode(standing.node())
            .setName(options.forming().nodeName())
            .setStream(standing.stream())
            .setDigest(standing.digest())
            .setClock(standing.clock())
            .setWhole(notes.isWhole())
            .setPurgedUntil(notes.purgedUntil())
            .setCurrentAt(notes.currentAt())
            .setUnready(unready.orElse(""))
            .setCompleteUntil(completeUntil)
            .setClusterSize(options.quorum().size())
            .setWriteQuorum(options.quorum().write())
            .setMillis(millis);
    standing
        .positions()
        .forEach(
            (stream, sequence) ->
                heartbeat.addPositions(
                    Position.newBuilder().setStream(stream).setSequence(sequence)));
    return heartbeat.build();
  }
}
