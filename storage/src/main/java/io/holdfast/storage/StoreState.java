package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that an open store has in memory: the groups with what they are checked against, its
 * clock and identity, and how far it has come in its own and other nodes' streams of changes.
 *
 * <p>Concurrency: mutable, confined to the writer thread. After a failure in the middle of a change
 * memory and disk differ: this object is of no more use.
 */
final class StoreState {

  /**
   * Who a store is.
   *
   * @param node in versions; as long as its directory lives
   * @param stream of its own changes; drawn anew each time that the store is opened, because the
   *     last changes of the time before may be known to others and not to it
   */
  record Identity(long node, long stream) {}

  /** The first number {@link #besides} a stream: all that was on the disk at the opening. */
  static final long OPENING = 1;

  private final Identity identity;
  private final HybridClock clock;
  private final Map<String, MetricType> reserved;
  private final StreamPositions positions = new StreamPositions();
  private Groups groups;
  private ConsistencyIndex index;
  private ClusterNotes notes;

  /**
   * @param reserved see {@link StoreOptions#reserved}
   */
  StoreState(
      Groups groups,
      HybridClock clock,
      Identity identity,
      ClusterNotes notes,
      Map<String, MetricType> reserved) {
    this.groups = groups;
    this.clock = clock;
    this.identity = identity;
    this.notes = notes;
    this.reserved = reserved;
    this.index = new ConsistencyIndex(groups, reserved);
    if (groups.isReplicated()) {
      positions.reach(besides(identity.stream), OPENING);
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

  ClusterNotes notes() {
    return notes;
  }

  long stream() {
    return identity.stream;
  }

  /**
   * The stream that stands for what is here but in no other stream: what was on the disk at the
   * opening, and what came of streams that have ended behind a gap. It is never sent. Another store
   * reaches a number of it by a copy of this store's whole state.
   */
  static long besides(long stream) {
    return ~stream;
  }

  /** Takes over what is here of streams that have ended: see {@link #besides}. */
  void adopt(Set<Long> streams) {
    if (positions.forgetBeyond(streams)) {
      long besides = besides(identity.stream);
      positions.reach(besides, position(besides) + 1);
    }
  }

  Version nextVersion() {
    return new Version(clock.next(), identity.node);
  }

  StreamPositions positions() {
    return positions;
  }

  long position(long stream) {
    return positions.of(stream);
  }

  Standing standing() {
    StateDigest digest = groups.digest();
    Map<Long, Long> reached = Map.copyOf(positions.all());
    return new Standing(
        identity.node,
        identity.stream,
        reached,
        positions.shown(reached),
        digest == null ? 0 : digest.all(),
        clock.last(),
        notes,
        groups.exposition());
  }

  /**
   * Merges a change into its group and adds to the batch what that leaves of the group and what
   * went. The families that came or changed are returned: their records are the caller's to add.
   *
   * @param change not to be used any more, but for its stamps and floors
   */
  List<Family> merge(Group change, CommitBatch batch) {
    List<Family> came = new ArrayList<>();
    List<Family> went = new ArrayList<>();
    groups.merge(
        change,
        (before, after) -> {
          if (after != null) {
            came.add(after);
          } else if (before != null) {
            went.add(before);
          }
        });
    for (Family family : went) {
      batch.deleteFamily(family);
    }
    Group merged = groups.get(change.key);
    if (merged == null) {
      batch.deleteGroup(change.key);
    } else {
      batch.putGroup(merged);
    }
    return came;
  }

  /** Deletes everything; only for a version above everything that is here. */
  void wipe(Version version, CommitBatch batch) {
    batch.deleteAllGroups();
    batch.putWipe(version);
    groups = groups.emptied();
    groups.raiseWipe(version);
    index = new ConsistencyIndex(groups, reserved);
  }

  /**
   * Also moves the clock on, so that it follows the time in a node that takes no changes: others
   * note how far the clocks of all are.
   */
  void note(ClusterNotes news, CommitBatch batch) {
    clock.next();
    if (news.equals(notes)) {
      return;
    }
    notes = news;
    batch.putNotes(news);
  }

  /** Forgets deletes up to this hybrid clock reading. */
  void purge(long until, CommitBatch batch) {
    long newest = 0;
    for (GroupKey key : List.copyOf(groups.tombstones())) {
      Group tombstone = groups.get(key);
      Version deletedAt = tombstone == null ? null : tombstone.deletedAt;
      if (deletedAt != null && Long.compareUnsigned(deletedAt.clock(), until) <= 0) {
        groups.dropTombstone(key);
        batch.deleteGroup(key);
        newest = Math.max(newest, deletedAt.clock());
      }
    }
    if (newest > notes.purgedUntil()) {
      note(notes.withPurgedUntil(newest), batch);
    }
  }
}
