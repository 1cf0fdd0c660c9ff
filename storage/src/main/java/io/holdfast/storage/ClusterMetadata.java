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
 * @param isWhole whether the store is complete; a new store is incomplete until a state transfer
 *     fills it
 * @param currentAt the delivered watermark: every delete and wipe up to this hybrid clock reading
 *     is on this disk
 * @param purgedUntil the collected watermark: tombstones up to this hybrid clock reading are
 *     possibly collected
 * @param knownNodes every other node whose store can come back, with the hybrid clock reading of
 *     its last message
 * @param clockAheadMillis how far the cluster time was ahead of the wall clocks of a quorum
 * @param retentionMillis how long tombstones are kept while a known node is away
 */
public record ClusterMetadata(
    boolean isWhole,
    long currentAt,
    long purgedUntil,
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

  static ClusterMetadata ofNewStore(boolean isWhole) {
    return new ClusterMetadata(isWhole, 0, 0, new TreeMap<>(), 0, RETENTION_MILLIS);
  }

  ClusterRecord record() {
    ClusterRecord.Builder record =
        ClusterRecord.newBuilder()
            .setIncomplete(!isWhole)
            .setCurrentAt(currentAt)
            .setPurgedUntil(purgedUntil)
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
        record.getCurrentAt(),
        record.getPurgedUntil(),
        nodes,
        record.getClockAheadMillis(),
        record.getRetentionMillis() == 0 ? RETENTION_MILLIS : record.getRetentionMillis());
  }

  /** Returns this metadata for a store that is complete. */
  public ClusterMetadata whole() {
    return new ClusterMetadata(
        true, currentAt, purgedUntil, knownNodes, clockAheadMillis, retentionMillis);
  }

  /** Returns this metadata with the delivered watermark at this reading or later. */
  public ClusterMetadata withCurrentAt(long reading) {
    return new ClusterMetadata(
        isWhole,
        Math.max(currentAt, reading),
        purgedUntil,
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }

  /** Returns this metadata with another lead of the cluster time. */
  public ClusterMetadata withClockAhead(long millis) {
    return new ClusterMetadata(
        isWhole, currentAt, purgedUntil, knownNodes, millis, retentionMillis);
  }

  /** Returns this metadata with another retention of tombstones. */
  public ClusterMetadata withRetention(Duration retention) {
    return new ClusterMetadata(
        isWhole, currentAt, purgedUntil, knownNodes, clockAheadMillis, retention.toMillis());
  }

  /** Returns this metadata with other known nodes. */
  public ClusterMetadata withKnownNodes(SortedMap<Long, Long> nodes) {
    return new ClusterMetadata(
        isWhole, currentAt, purgedUntil, nodes, clockAheadMillis, retentionMillis);
  }

  ClusterMetadata withPurgedUntil(long reading) {
    return new ClusterMetadata(
        isWhole,
        currentAt,
        Math.max(purgedUntil, reading),
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }
}
