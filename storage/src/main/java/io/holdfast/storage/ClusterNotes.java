package io.holdfast.storage;

import io.holdfast.proto.store.ClusterRecord;
import io.holdfast.proto.store.KnownNode;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node writes down about its cluster, so that a restart does not forget it.
 *
 * @param isWhole whether the store has all that it ever acknowledged; not so for a new one that was
 *     not yet filled from the other nodes
 * @param currentAt a hybrid clock reading: every delete and wipe up to this was here
 * @param purgedUntil tombstones up to this hybrid clock reading may have been dropped
 * @param knownNodes every other node whose store may come back, with the hybrid clock reading when
 *     it was last heard from
 * @param clockAheadMillis how far the cluster's time was ahead of what a quorum of clocks showed
 * @param retentionMillis for how long deletes are kept when a known node is away
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

  /** What a node knows that has never been in a cluster. */
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

  /** The same of a store that lacks nothing any more. */
  public ClusterNotes whole() {
    return new ClusterNotes(
        true, currentAt, purgedUntil, knownNodes, clockAheadMillis, retentionMillis);
  }

  /** The same, current at this reading at least. */
  public ClusterNotes withCurrentAt(long reading) {
    return new ClusterNotes(
        isWhole,
        Math.max(currentAt, reading),
        purgedUntil,
        knownNodes,
        clockAheadMillis,
        retentionMillis);
  }

  /** The same, with the cluster's time so far ahead. */
  public ClusterNotes withClockAhead(long millis) {
    return new ClusterNotes(isWhole, currentAt, purgedUntil, knownNodes, millis, retentionMillis);
  }

  /** The same, with deletes kept for so long. */
  public ClusterNotes withRetention(Duration retention) {
    return new ClusterNotes(
        isWhole, currentAt, purgedUntil, knownNodes, clockAheadMillis, retention.toMillis());
  }

  /** The same, with other known nodes. */
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
