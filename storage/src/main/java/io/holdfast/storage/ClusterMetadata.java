package io.holdfast.storage;

import io.holdfast.proto.store.ClusterRecord;
import io.holdfast.proto.store.KnownNode;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The cluster metadata: a node's notes on its disk about its cluster, so that a restart remembers
 * them.
 *
 * @param isComplete whether the store is complete; a new store is incomplete until a state transfer
 *     fills it
 * @param deliveredWatermark the delivered watermark: every delete and wipe up to this hybrid clock
 *     reading is on this disk
 * @param collectedWatermark the collected watermark: tombstones up to this hybrid clock reading are
 *     possibly collected
 * @param knownNodes every other node whose store can come back, with the hybrid clock reading of
 *     its last message
 * @param clockAheadMillis how far the cluster time was ahead of the wall clocks of a quorum
 * @param retentionMillis how long tombstones are kept while a known node is away
 */
public record ClusterMetadata(
    boolean isComplete,
    long deliveredWatermark,
    long collectedWatermark,
    SortedMap<Long, Long> knownNodes,
    long clockAheadMillis,
    long retentionMillis) {

  private static final long RETENTION_MILLIS = Duration.ofDays(7).toMillis();

  public ClusterMetadata {
    knownNodes = Collections.unmodifiableSortedMap(new TreeMap<>(knownNodes));
  }

  /** Returns the metadata of a node without a former cluster. */
  static ClusterMetadata none() {
    return new ClusterMetadata(true, 0, 0, new TreeMap<>(), 0, RETENTION_MILLIS);
  }

  static ClusterMetadata ofNewStore(boolean isComplete) {
    return new ClusterMetadata(isComplete, 0, 0, new TreeMap<>(), 0, RETENTION_MILLIS);
  }

  ClusterRecord record() {
    ClusterRecord.Builder record =
        ClusterRecord.newBuilder()
            .setIncomplete(!isComplete)
            .setDeliveredWatermark(deliveredWatermark)
            .setCollectedWatermark(collectedWatermark)
            .setClockAheadMillis(clockAheadMillis)
            .setRetentionMillis(retentionMillis == RETENTION_MILLIS ? 0 : retentionMillis);
    knownNodes.forEach(
        (node, heardAt) ->
            record.addKnownNodes(KnownNode.newBuilder().setNode(node).setHeardAt(heardAt)));
    return record.build();
  }

  static ClusterMetadata of(ClusterRecord record) {
    SortedMap<Long, Long> nodes = new TreeMap<>();
    for (KnownNode known : record.getKnownNodesList()) {
      nodes.put(known.getNode(), known.getHeardAt());
    }
    return new ClusterMetadata(
        !record.getIncomplete(),
        record.getDeliveredWatermark(),
        record.getCollectedWatermark(),
        nodes,
        record.getClockAheadMillis(),
        record.getRetentionMillis() == 0 ? RETENTION_MILLIS : record.getRetentionMillis());
  }

  /** Returns this metadata for a store that is complete. */
  public ClusterMetadata completed() {
    return new ClusterMetadata(
        true,
        deliveredWatermark,
        collectedWatermark,
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }

  /** Returns this metadata with the delivered watermark at this reading or later. */
  public ClusterMetadata withDeliveredWatermark(long reading) {
    return new ClusterMetadata(
        isComplete,
        Math.max(deliveredWatermark, reading),
        collectedWatermark,
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }

  /** Returns this metadata with another lead of the cluster time. */
  public ClusterMetadata withClockAhead(long millis) {
    return new ClusterMetadata(
        isComplete, deliveredWatermark, collectedWatermark, knownNodes, millis, retentionMillis);
  }

  /** Returns this metadata with another retention of tombstones. */
  public ClusterMetadata withRetention(Duration retention) {
    return new ClusterMetadata(
        isComplete,
        deliveredWatermark,
        collectedWatermark,
        knownNodes,
        clockAheadMillis,
        retention.toMillis());
  }

  /** Returns this metadata with other known nodes. */
  public ClusterMetadata withKnownNodes(SortedMap<Long, Long> nodes) {
    return new ClusterMetadata(
        isComplete,
        deliveredWatermark,
        collectedWatermark,
        nodes,
        clockAheadMillis,
        retentionMillis);
  }

  ClusterMetadata withCollectedWatermark(long reading) {
    return new ClusterMetadata(
        isComplete,
        deliveredWatermark,
        Math.max(collectedWatermark, reading),
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }
}
