package io.holdfast.storage;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A digest of all groups that is kept up with each change: 4,096 buckets of grouping keys, each the
 * sum (modulo 2^64) of a hash for every version in its groups. Two stores with equal digests have
 * the same state; where a bucket differs, its groups are to be compared.
 *
 * <p>Clients choose names and grouping keys, so these go in by 128 bits of SHA-256 ({@link
 * IdentityHash}): names that were chosen to collide in a weaker hash would hide what is missing. A
 * sum, because in an exclusive or two equal hashes cancel out.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class StateDigest {
  static final int BUCKETS = 1 << 12;

  private static final int BUCKET_SHIFT = 64 - 12;
  private static final int WIPE_BUCKET = 0;
  private static final IdentityHash NOTHING = new IdentityHash(0, 0);

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

    /** In the place of a family's name, whose hash is so small once in 2^125 times. */
    IdentityHash asName() {
      return new IdentityHash(0, number);
    }
  }

  private final long[] buckets = new long[BUCKETS];
  private final IdentityHash.Names names = new IdentityHash.Names();
  private long all;

  static int bucketOf(GroupKey key) {
    return (int) (key.identity().high() >>> BUCKET_SHIFT);
  }

  /** Adds the difference between what is there now and what was there before. */
  void add(GroupKey key, long difference) {
    add(bucketOf(key), difference);
  }

  void wiped(@Nullable Version before, Version after) {
    add(WIPE_BUCKET, hash(Field.WIPED_AT, NOTHING, after) - hash(Field.WIPED_AT, NOTHING, before));
  }

  private void add(int bucket, long difference) {
    buckets[bucket] += difference;
    all += difference;
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
  long of(Group group) {
    long hash = ofFields(group);
    for (Family family : group.families.values()) {
      hash += of(family);
    }
    return hash;
  }

  /** Of a group without its families. */
  static long ofFields(Group group) {
    IdentityHash key = group.key.identity();
    return hash(Field.DELETED_AT, key, group.deletedAt)
        + hash(Field.REPLACED_AT, key, group.replacedAt)
        + hash(Field.LAST_PUSH, key, group.lastPush)
        + hash(Field.LAST_FAILURE, key, group.lastFailure);
  }

  long of(Family family) {
    return hash(family.group.identity(), names.of(family.name()), family.version, family.claimedAt);
  }

  private static long hash(Field field, IdentityHash key, @Nullable Version version) {
    return version == null ? 0 : hash(key, field.asName(), version, version);
  }

  private static long hash(Field field, IdentityHash key, @Nullable PushStamp stamp) {
    return stamp == null ? 0 : hash(key, field.asName(), stamp.version(), stamp.claimedAt());
  }

  /** Each step can be undone: hashes of words that differ in one place are never equal. */
  private static long hash(
      IdentityHash key, IdentityHash name, Version version, Version claimedAt) {
    long hash = mix(key.high());
    hash = mix(hash + key.low());
    hash = mix(hash + name.high());
    hash = mix(hash + name.low());
    return mixed(mixed(hash, version), claimedAt);
  }

  private static long mixed(long seed, Version version) {
    return mix(mix(seed + version.clock()) + version.node());
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
