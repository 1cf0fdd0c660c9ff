package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Makes changes: checks a push, gives it a version, merges it into the groups in memory and notes
 * the records that the disk must have.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class ChangeApplier {
  private final HybridClock clock;
  private final long node;
  private final Map<String, MetricType> reserved;
  private Groups groups;
  private ConsistencyIndex index;

  /**
   * @param node the identity of this node in versions
   * @param reserved see {@link StoreOptions#reserved}
   */
  ChangeApplier(Groups groups, HybridClock clock, long node, Map<String, MetricType> reserved) {
    this.groups = groups;
    this.clock = clock;
    this.node = node;
    this.reserved = reserved;
    this.index = new ConsistencyIndex(groups, reserved);
  }

  Groups groups() {
    return groups;
  }

  Exposition exposition() {
    return groups.exposition();
  }

  /** The highest reading that was given out or observed. */
  long clock() {
    return clock.last();
  }

  /** Makes sure that later versions are above this reading. */
  void observe(long reading) {
    clock.observe(reading);
  }

  /**
   * Makes the change in memory and adds what it leaves to the batch. After a failure memory and
   * disk differ: this object is of no more use.
   */
  WriteOutcome apply(Change change, CommitBatch batch) throws RocksDBException {
    if (change instanceof Change.Push push) {
      Rejection rejection = index.check(push);
      if (rejection == null) {
        push(push, batch);
        return new Applied();
      }
      failedPush(push.group(), push.receivedAtNanos(), batch);
      return new Rejected(rejection);
    }
    if (change instanceof Change.RefusedPush refused) {
      failedPush(refused.group(), refused.receivedAtNanos(), batch);
      return new Rejected(refused.rejection());
    }
    if (change instanceof Change.Delete delete) {
      delete(delete.group(), batch);
    } else {
      wipe(batch);
    }
    return new Applied();
  }

  private Version nextVersion() {
    return new Version(clock.next(), node);
  }

  private void push(Change.Push push, CommitBatch batch) throws RocksDBException {
    Version version = nextVersion();
    Group present = groups.get(push.group());
    Group change = new Group(present == null ? push.group() : present.key);
    change.replacedAt = push.replace() ? version : null;
    change.lastPush = stamp(present, version, push.receivedAtNanos());
    for (PushedFamily family : push.families().values()) {
      Family before = present == null ? null : present.families.get(family.name());
      Descriptor descriptor = groups.shared(family.descriptor());
      change.families.put(Family.pushed(change.key, descriptor, family, version, before));
    }
    for (Family family : merge(change, batch)) {
      PushedFamily content = requireNonNull(push.families().get(family.name()));
      batch.putFamily(family, push.receivedAtNanos(), content.encoded());
    }
  }

  private void failedPush(GroupKey group, long receivedAtNanos, CommitBatch batch)
      throws RocksDBException {
    Version version = nextVersion();
    Group present = groups.get(group);
    Group change = new Group(present == null ? group : present.key);
    change.lastFailure = stamp(present, version, receivedAtNanos);
    merge(change, batch);
  }

  private static PushStamp stamp(@Nullable Group present, Version version, long atNanos) {
    Version since = present == null ? null : present.stampsClaimedAt();
    return new PushStamp(version, atNanos / 1e9, since == null ? version : since);
  }

  private void delete(GroupKey group, CommitBatch batch) throws RocksDBException {
    Group present = groups.get(group);
    if (present == null) {
      return;
    }
    Group change = new Group(present.key);
    change.deletedAt = nextVersion();
    merge(change, batch);
  }

  /**
   * Merges the change and notes the group's record and what went; families that came or changed are
   * the caller's to note, for it has their messages.
   */
  private List<Family> merge(Group change, CommitBatch batch) throws RocksDBException {
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

  private void wipe(CommitBatch batch) throws RocksDBException {
    batch.wipe(nextVersion());
    groups = new Groups();
    index = new ConsistencyIndex(groups, reserved);
  }
}
