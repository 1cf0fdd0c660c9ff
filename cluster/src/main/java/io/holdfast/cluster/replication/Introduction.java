package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.LogOffset;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.Version;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check of a peer's first heartbeat, and of every heartbeat's clocks. Conflicting settings are
 * logged for the operator.
 */
final class Introduction {
  private static final Logger log = LoggerFactory.getLogger(Introduction.class);

  private Introduction() {}

  static void check(ReplicaOptions options, ReplicaState own, Peer peer, Heartbeat heartbeat) {
    if (heartbeat.getNode() == own.node()) {
      log.atError()
          .addKeyValue("peer", peer)
          .log(
              "peer has a copy of this node's store; two nodes with one identity lose changes:"
                  + " stop one of them and start it with an empty --storage.path");
    }
    if (heartbeat.getName().equals(options.nodeName())) {
      log.atWarn()
          .addKeyValue("peer", peer)
          .addKeyValue("name", heartbeat.getName())
          .log("peer has this node's --cluster.node-name; the self metrics of both mix");
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
              "peer has another --cluster.size or --cluster.write-quorum; reads can miss"
                  + " acknowledged changes: start all nodes with equal values");
    }
  }

  /**
   * Returns why a heartbeat is impossible, or null. Deletes are collected and stores are
   * quarantined by the watermarks that nodes report. So each watermark must be a possible clock
   * reading. The collected watermark must not be ahead of the clock of its node.
   */
  static @Nullable String problem(Heartbeat heartbeat) {
    for (long clock :
        new long[] {
          heartbeat.getClock(),
          heartbeat.getStableWatermark(),
          heartbeat.getCollectedWatermark(),
          heartbeat.getDeliveredWatermark()
        }) {
      if (!Version.isPossible(clock)) {
        return "clock " + Long.toUnsignedString(clock) + " (expected: a reading of a hybrid clock)";
      }
    }
    return heartbeat.getCollectedWatermark() > heartbeat.getClock()
        ? "collected watermark "
            + heartbeat.getCollectedWatermark()
            + " (expected: at most the clock of its node, "
            + heartbeat.getClock()
            + ")"
        : null;
  }

  /**
   * Returns the heartbeat of this node.
   *
   * @param stableWatermark the stable watermark of this node
   */
  static Heartbeat heartbeat(
      ReplicaOptions options,
      ReplicaState replicaState,
      Optional<Refusal> unready,
      long stableWatermark,
      ClusterClock clock) {
    ClusterMetadata metadata = replicaState.metadata();
    Heartbeat.Builder heartbeat =
        Heartbeat.newBuilder()
            .setNode(replicaState.node())
            .setName(options.nodeName())
            .setLogId(replicaState.logId())
            .setDigest(replicaState.digest())
            .setClock(replicaState.clock())
            .setComplete(metadata.isComplete())
            .setCollectedWatermark(metadata.collectedWatermark())
            .setDeliveredWatermark(metadata.deliveredWatermark())
            .setUnready(unready.map(Refusal::text).orElse(""))
            .setStableWatermark(stableWatermark)
            .setClusterSize(options.quorum().size())
            .setWriteQuorum(options.quorum().write())
            .setMillis(clock.isSettled() ? clock.millis() : 0)
            .setWallMillis(clock.wallMillis());
    replicaState
        .versionVector()
        .forEach(
            (logId, offset) ->
                heartbeat.addVersionVector(
                    LogOffset.newBuilder().setLogId(logId).setOffset(offset)));
    return heartbeat.build();
  }
}
