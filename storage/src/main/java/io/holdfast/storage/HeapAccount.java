package io.holdfast.storage;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The heap that all groups, families and descriptors take: the sum of their {@link HeapCost}s. The
 * account also foretells the growth of a change, so that a change without room is refused before
 * the merge.
 *
 * <p>Invariant: the account of a store without groups is 0, after any history.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class HeapAccount {
  /** The groups, which {@link Groups} changes. */
  private final Map<GroupKey, Group> groups;

  private final Descriptors descriptors;
  private final boolean keepsTombstones;

  /** The heap of groups and families, without their descriptors. */
  private long bytes;

  private long replacedBytes;

  /**
   * Creates an account of no groups.
   *
   * @param keepsTombstones whether a deleted group leaves a tombstone
   */
  HeapAccount(Map<GroupKey, Group> groups, Descriptors descriptors, boolean keepsTombstones) {
    this.groups = groups;
    this.descriptors = descriptors;
    this.keepsTombstones = keepsTombstones;
  }

  /** Returns an upper bound of the heap that groups, families and descriptors take. */
  long bytes() {
    return bytes + descriptors.memoryBytes();
  }

  /** Returns the heap of all content that was replaced or dropped. The number only grows. */
  long replacedBytes() {
    return replacedBytes;
  }

  /** Notes that a group, without its families, takes more or less. */
  void add(long more) {
    bytes += more;
  }

  /** Notes that a family was added, changed or removed. One of the two families can be absent. */
  void replaced(@Nullable Family before, @Nullable Family after) {
    if (before != null) {
      long cost = HeapCost.of(before);
      bytes -= cost;
      replacedBytes += cost;
    }
    if (after != null) {
      bytes += HeapCost.of(after);
    }
  }

  /** Notes that these groups take the place of dropped groups. */
  void replaced(HeapAccount dropped) {
    replacedBytes = dropped.replacedBytes + dropped.bytes();
  }

  /**
   * Returns by how much a change would raise {@link #bytes}. The cost is in proportion to the
   * change.
   */
  long growth(Change change) {
    if (change instanceof Change.Push push) {
      return growthOfGroup(push.group(), null, push.ttlMillis()) + growthOfFamilies(push);
    }
    if (change instanceof Change.Unchecked unchecked) {
      return growth(unchecked.push());
    }
    if (change instanceof Change.FailedPush failed) {
      return growthOfGroup(failed.group(), failed.rejection().message(), failed.ttlMillis());
    }
    if (change instanceof Change.Restore restore) {
      return growth(restore.group());
    }
    if (change instanceof Change.Delete delete && keepsTombstones) {
      return groups.containsKey(delete.group()) ? 0 : HeapCost.ofTombstone(delete.group());
    }
    return 0;
  }

  private long growth(RestoredGroup restored) {
    PushStamp failure = restored.lastFailure();
    long ttlMillis = restored.expiresAtMillis() == Group.NEVER ? 0 : 1;
    Change.Push push = new Change.Push(restored.key(), true, 0, restored.contents(), ttlMillis);
    return growthOfGroup(restored.key(), failure == null ? null : failure.reason(), ttlMillis)
        + growthOfFamilies(push);
  }

  private long growthOfGroup(GroupKey key, @Nullable String reason, long ttlMillis) {
    String kept = reason == null ? null : PushStamp.bounded(reason);
    Group present = groups.get(key);
    long expiry = HeapCost.ofExpiry(ttlMillis > 0);
    if (present == null || present.isEmpty()) {
      return HeapCost.ofNewGroup(key, kept) + expiry;
    }
    long growth = expiry - HeapCost.ofExpiry(present.expiresAtMillis() != Group.NEVER);
    String before = present.lastFailure == null ? null : present.lastFailure.reason();
    return kept == null ? growth : growth + HeapCost.growth(before, kept);
  }

  private long growthOfFamilies(Change.Push push) {
    Group present = groups.get(push.group());
    long growth = 0;
    for (PushedFamily family : push.families().values()) {
      growth += HeapCost.of(family);
      growth += descriptors.has(family.descriptor()) ? 0 : HeapCost.of(family.descriptor());
      Family before =
          present == null || push.replace() ? null : present.families.get(family.name());
      growth -= before == null ? 0 : HeapCost.of(before);
    }
    if (present != null && push.replace()) {
      for (Family before : present.families.values()) {
        growth -= HeapCost.of(before);
      }
    }
    return growth;
  }
}
