package io.holdfast.storage;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The digest of all groups. Each change updates it. The digest has 4,096 buckets of grouping keys.
 * A bucket is the sum (modulo 2^64) of a hash for every version in its groups. Two stores with
 * equal digests have equal states. If a bucket differs, its groups are compared.
 *
 * <p>Clients choose names and grouping keys, so 128 bits of SHA-256 stand for these ({@link
 * IdentityHash}). With a weaker hash, chosen collisions could hide missing groups. The digest is a
 * sum, because two equal hashes would cancel out in an exclusive or.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class StateDigest {
  static final int BUCKETS = 1 << 12;

  private static final int BUCKET_SHIFT = 64 - 12;
  private static final int WIPE_BUCKET = 0;
  private static final IdentityHash NOTHING = new IdentityHash(0, 0);

  /**
   * The field that a version belongs to. The number is part of the protocol between nodes and never
   * changes.
   */
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

    /**
     * Returns the hash that stands in the place of a family's name. The probability that a name has
     * so small a hash is 1 in 2^125.
     */
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

  /** Adds the difference between the present and the former hash of a group's content. */
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

  /** Returns the digest of all groups. */
  long all() {
    return all;
  }

  long[] buckets() {
    return buckets.clone();
  }

  /** Returns which buckets differ from those of another store. */
  static BitSet differing(long[] one, long[] other) {
    BitSet differing = new BitSet(BUCKETS);
    for (int i = 0; i < BUCKETS; i++) {
      differing.set(i, one[i] != other[i]);
    }
    return differing;
  }

  /**
   * Returns the hash of a whole group with its families. The cost is in proportion to the families.
   */
  long of(Group group) {
    long hash = ofFields(group);
    for (Family family : group.families.values()) {
      hash += of(family);
    }
    return hash;
  }

  /** Returns the hash of a group without its families. */
  static long ofFields(Group group) {
    IdentityHash key = group.key.identity();
    return ofDeletion(key, group)
        + hash(Field.REPLACED_AT, key, group.replacedAt)
        + hash(Field.LAST_PUSH, key, group.lastPush)
        + hash(Field.LAST_FAILURE, key, group.lastFailure);
  }

  private static long ofDeletion(IdentityHash key, Group group) {
    Version floor = group.deletedAt;
    if (floor == null || group.expiredAt == 0) {
      return hash(Field.DELETED_AT, key, floor);
    }
    Version expired = new Version(group.expiredAt, Version.NO_NODE);
    return hash(key, Field.DELETED_AT.asName(), floor, expired);
  }

  long of(Family family) {
    return hash(family.group.identity(), names.of(family.name()), family.version, family.claimedAt);
  }

  /** Returns by how much the change of a family changes the hash of its group. */
  long difference(FamilyChange change) {
    Family before = change.before();
    Family after = change.after();
    return (after == null ? 0 : of(after)) - (before == null ? 0 : of(before));
  }

  private static long hash(Field field, IdentityHash key, @Nullable Version version) {
    return version == null ? 0 : hash(key, field.asName(), version, version);
  }

  private static long hash(Field field, IdentityHash key, @Nullable PushStamp stamp) {
    return stamp == null ? 0 : hash(key, field.asName(), stamp.version(), stamp.claimedAt());
  }

  /**
   * Returns a hash in steps that can each be undone. Words that differ in one place therefore never
   * have equal hashes.
   */
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

  /** Returns the result of the finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
