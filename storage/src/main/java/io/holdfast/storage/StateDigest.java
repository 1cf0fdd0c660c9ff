package io.holdfast.storage;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A digest of all groups that is kept up with each change: 4,096 buckets of grouping keys, each the
 * exclusive or of a hash for every version in its groups. Two stores with equal digests have the
 * same state; where a bucket differs, its groups are to be compared.
 *
 * <p>The hashes are for nodes that trust each other: they find what is missing, not what is forged.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class StateDigest {
  static final int BUCKETS = 1 << 12;

  private static final int BUCKET_SHIFT = 32 - 12;
  private static final int WIPE_BUCKET = 0;

  /** What a version belongs to; the number is part of what nodes compare and never changes. */
  private enum Field {
    DELETED_AT(1),
    REPLACED_AT(2),
    LAST_PUSH(3),
    LAST_FAILURE(4),
    WIPED_AT(5);

    final int number;

    Field(int number) {
      this.number = number;
    }
  }

  private final long[] buckets = new long[BUCKETS];
  private long all;

  static int bucketOf(GroupKey key) {
    // The keys' own hash is weak in its upper bits.
    return (key.hashCode() * 0x9E3779B9) >>> BUCKET_SHIFT;
  }

  /** Adds what was not there, or takes away what was. */
  void toggle(GroupKey key, long hash) {
    toggle(bucketOf(key), hash);
  }

  void wiped(@Nullable Version before, Version after) {
    toggle(WIPE_BUCKET, hash(Field.WIPED_AT, 0, before) ^ hash(Field.WIPED_AT, 0, after));
  }

  private void toggle(int bucket, long hash) {
    buckets[bucket] ^= hash;
    all ^= hash;
  }

  /** The digest of everything. */
  long all() {
    return all;
  }

  long[] buckets() {
    return buckets.clone();
  }

  /** Which buckets differ from those of another store. */
  static BitSet differing(long[] one, long[] other) {
    BitSet differing = new BitSet(BUCKETS);
    for (int i = 0; i < BUCKETS; i++) {
      differing.set(i, one[i] != other[i]);
    }
    return differing;
  }

  /** Of a whole group, with its families. In proportion to these. */
  static long of(Group group) {
    long hash = ofFields(group);
    for (Family family : group.families.values()) {
      hash ^= of(family);
    }
    return hash;
  }

  /** Of a group without its families. */
  static long ofFields(Group group) {
    int key = group.key.hashCode();
    return hash(Field.DELETED_AT, key, group.deletedAt)
        ^ hash(Field.REPLACED_AT, key, group.replacedAt)
        ^ hash(Field.LAST_PUSH, key, group.lastPush)
        ^ hash(Field.LAST_FAILURE, key, group.lastFailure);
  }

  static long of(Family family) {
    long owner = ((long) family.group.hashCode() << 32) | (family.name().hashCode() & 0xffffffffL);
    return mixed(mixed(owner, family.version), family.claimedAt);
  }

  private static long hash(Field field, int key, @Nullable Version version) {
    return version == null ? 0 : mixed(owner(field, key), version);
  }

  private static long hash(Field field, int key, @Nullable PushStamp stamp) {
    return stamp == null ? 0 : mixed(mixed(owner(field, key), stamp.version()), stamp.claimedAt());
  }

  /** Mixed once more than a family's, so that no name can stand for a field. */
  private static long owner(Field field, int key) {
    return mix(((long) key << 8) | field.number);
  }

  private static long mixed(long seed, Version version) {
    return mix(mix(mix(seed) + version.clock()) + version.node());
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
