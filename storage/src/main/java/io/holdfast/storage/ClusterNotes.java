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
public record ClusterNotes(
    boolean isWhole,
    long currentAt,
    long purgedUntil,
    SortedMap<Long, Long> knownNodes,
    long clockAheadMillis,
    long retentionMillis) {

  private static final long RETENTION_MILLIS = Duration.ofDays(7).toMillis();

  public ClusterNotes {
    knownNodes = Collections.unmodifiableSortedMap(new TreeMap<>(knownNodes));
  }

  /** Returns the metadata of a node without a former cluster. */
  static ClusterNotes none() {
    return new ClusterNotes(true, 0, 0, new TreeMap<>(), 0, RETENTION_MILLIS);
  }

  static ClusterNotes ofNewStore(boolean isWhole) {
    return new ClusterNotes(isWhole, 0, 0, new TreeMap<>(), 0, RETENTION_MILLIS);
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

  static ClusterNotes of(ClusterRecord record) {
    SortedMap<Long, Long> nodes = new TreeMap<>();
    for (KnownNode known : record.getKnownNodesList()) {
      nodes.put(known.getNode(), known.getHeardAt());
    }
    return new ClusterNotes(
        !record.getIncomplete(),
        record.getCurrentAt(),
        record.getPurgedUntil(),
        nodes,
        record.getClockAheadMillis(),
        record.getRetentionMillis() == 0 ? RETENTION_MILLIS : record.getRetentionMillis());
  }

  /** Returns this metadata for a store that is complete. */
  public ClusterNotes whole() {
    return new ClusterNotes(
        true, currentAt, purgedUntil, knownNodes, clockAheadMillis, retentionMillis);
  }

  /** Returns this metadata with the delivered watermark at this reading or later. */
  public ClusterNotes withCurrentAt(long reading) {
    return new ClusterNotes(
        isWhole,
        Math.max(currentAt, reading),
        purgedUntil,
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }

  /** Returns this metadata with another lead of the cluster time. */
  public ClusterNotes withClockAhead(long millis) {
    return new ClusterNotes(isWhole, currentAt, purgedUntil, knownNodes, millis, retentionMillis);
  }

  /** Returns this metadata with another retention of tombstones. */
  public ClusterNotes withRetention(Duration retention) {
    return new ClusterNotes(
        isWhole, currentAt, purgedUntil, knownNodes, clockAheadMillis, retention.toMillis());
  }

  /** Returns this metadata with other known nodes. */
  public ClusterNotes withKnownNodes(SortedMap<Long, Long> nodes) {
    return new ClusterNotes(
        isWhole, currentAt, purgedUntil, nodes, clockAheadMillis, retentionMillis);
  }

  ClusterNotes withPurgedUntil(long reading) {
    return new ClusterNotes(
        isWhole,
        currentAt,
        Math.max(purgedUntil, reading),
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }
}
