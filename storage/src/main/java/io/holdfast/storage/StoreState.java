package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of an open store in memory. The state has the groups with the index for their check,
 * the clock and the identity. The state also has the version vector over the logs of this and other
 * nodes.
 *
 * <p>Concurrency: mutable, confined to the writer thread. After a failure in the middle of a
 * change, memory and disk differ. The object must then be dropped.
 */
final class StoreState {

  /**
   * The identity of a store.
   *
   * @param node the identity in versions, for the lifetime of the directory
   * @param logId the log of its own changes, new at each opening: peers can know last changes of
   *     the former log that this store has lost
   */
  record Identity(long node, long logId) {}

  /**
   * The first offset of the log {@link #besides}: all content that was on the disk at the opening.
   */
  static final long OPENING = 1;

  private final Identity identity;
  private final HybridClock clock;
  private final Map<String, MetricType> reserved;
  private final LogOffsets versionVector = new LogOffsets();
  private Groups groups;
  private ConsistencyIndex index;
  private ClusterMetadata metadata;

  /**
   * Creates a state.
   *
   * @param reserved see {@link StoreOptions.Rules#reserved}
   */
  StoreState(
      Groups groups,
      HybridClock clock,
      Identity identity,
      ClusterMetadata metadata,
      Map<String, MetricType> reserved) {
    this.groups = groups;
    this.clock = clock;
    this.identity = identity;
    this.metadata = metadata;
    this.reserved = reserved;
    this.index = new ConsistencyIndex(groups, reserved);
    if (groups.isReplicated()) {
      versionVector.reach(besides(identity.logId), OPENING);
    }
  }

  Groups groups() {
    return groups;
  }

  ConsistencyIndex index() {
    return index;
  }

  HybridClock clock() {
    return clock;
  }

  ClusterMetadata metadata() {
    return metadata;
  }

  long logId() {
    return identity.logId;
  }

  /**
   * Returns the log that stands for content outside the other logs. Such content was on the disk at
   * the opening, or arrived behind a gap of an ended log. The log is never sent. Another store
   * reaches an offset of it by a copy of this store's whole state.
   */
  static long besides(long logId) {
    return ~logId;
  }

  /** Adopts the changes behind a gap of ended logs: see {@link #besides}. */
  void adopt(Set<Long> logIds) {
    if (versionVector.forgetBeyond(logIds)) {
      long besides = besides(identity.logId);
      versionVector.reach(besides, offset(besides) + 1);
    }
  }

  Version nextVersion() {
    return new Version(clock.next(), identity.node);
  }

  /** Returns the version right after the last one, without a look at the wall clock. */
  Version followingVersion() {
    return new Version(clock.following(), identity.node);
  }

  LogOffsets versionVector() {
    return versionVector;
  }

  long offset(long logId) {
    return versionVector.of(logId);
  }

  ReplicaState replicaState() {
    StateDigest digest = groups.digest();
    Map<Long, Long> reached = Map.copyOf(versionVector.all());
    return new ReplicaState(
        identity.node,
        identity.logId,
        reached,
        versionVector.shown(reached),
        digest == null ? 0 : digest.all(),
        clock.last(),
        metadata,
        groups.exposition(),
        groups.nextExpiryMillis());
  }

  /**
   * Merges a change into its group. Adds the group's new record to the batch, and the deletes of
   * removed families. Returns what {@link Groups#merge} returns. The caller must add the records of
   * added and changed families.
   *
   * @param change afterwards only its stamps and floors may be used
   */
  List<FamilyChange> merge(Group change, CommitBatch batch) {
    List<FamilyChange> changes = groups.merge(change);
    for (FamilyChange each : changes) {
      if (each.after() == null) {
        batch.deleteFamily(each.any());
      }
    }
    Group merged = groups.get(change.key);
    if (merged == null) {
      batch.deleteGroup(change.key);
    } else {
      batch.putGroup(merged);
    }
    return changes;
  }

  /** Deletes all groups. The version must be above every version that is here. */
  void wipe(Version version, CommitBatch batch) {
    batch.deleteAllGroups();
    batch.putWipe(version);
    groups = groups.emptied();
    groups.raiseWipe(version);
    index = new ConsistencyIndex(groups, reserved);
  }

  /**
   * Stores changed cluster metadata. Advances the clock too, so that it follows the time in a node
   * without changes: peers note the clocks of all nodes.
   */
  void note(ClusterMetadata news, CommitBatch batch) {
    clock.next();
    if (news.equals(metadata)) {
      return;
    }
    metadata = news;
    batch.putMetadata(news);
  }

  /** Collects tombstones up to this hybrid clock reading. */
  void purge(long until, CommitBatch batch) {
    long newest = 0;
    for (GroupKey key : List.copyOf(groups.tombstones())) {
      Group tombstone = groups.get(key);
      long deletedAt = tombstone == null ? 0 : tombstone.deletionClock();
      if (deletedAt != 0 && Long.compareUnsigned(deletedAt, until) <= 0) {
        groups.dropTombstone(key);
        batch.deleteGroup(key);
        newest = Math.max(newest, deletedAt);
      }
    }
    if (newest > metadata.collectedWatermark()) {
      note(metadata.withCollectedWatermark(newest), batch);
    }
  }
}
