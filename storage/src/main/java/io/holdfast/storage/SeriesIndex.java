package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The groups that own a series, by {@link SeriesHash}. The open-addressing table has one slot for a
 * hash, and no object. Half a million series therefore take some megabytes.
 *
 * <p>A hash with several owners is a conflict that the check did not prevent. Every query and every
 * change costs one search among the owners, never a walk along them. A store without checks can
 * have any number of owners.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class SeriesIndex {
  private static final int INITIAL_CAPACITY = 1 << 10;

  /** A source of claims, called when a hash gets its second owner. */
  interface Claims {
    Version claimedAt(GroupKey owner);
  }

  private long[] hashes = new long[INITIAL_CAPACITY];

  /** A GroupKey, or SeriesOwners if a hash has several owners; null marks a free slot. */
  private @Nullable Object[] owners = new @Nullable Object[INITIAL_CAPACITY];

  private int used;

  /** The number of hashes with owners in several groups. */
  private int shared;

  /**
   * Returns the group with the oldest claim among those that own a series of this hash; or null.
   */
  @Nullable GroupKey first(long hash) {
    Object owner = owners[slot(hash)];
    return owner instanceof SeriesOwners several ? several.first() : (GroupKey) owner;
  }

  /** Returns how many groups own a series of this hash. */
  int owners(long hash) {
    Object owner = owners[slot(hash)];
    if (owner == null) {
      return 0;
    }
    return owner instanceof SeriesOwners several ? several.size() : 1;
  }

  /** Returns whether any hash has owners in several groups. */
  boolean hasSharedHashes() {
    return shared > 0;
  }

  void add(long hash, GroupKey group, Version claimedAt, Claims claims) {
    int slot = slot(hash);
    Object owner = owners[slot];
    if (owner == null) {
      hashes[slot] = hash;
      owners[slot] = group;
      used++;
      if (used > owners.length / 4 * 3) {
        grow();
      }
      return;
    }
    SeriesOwners several;
    if (owner instanceof SeriesOwners present) {
      several = present;
    } else {
      GroupKey only = (GroupKey) owner;
      several = new SeriesOwners();
      several.add(only, only.equals(group) ? claimedAt : claims.claimedAt(only));
      owners[slot] = several;
    }
    int groups = several.size();
    several.add(group, claimedAt);
    shared += groups == 1 && several.size() == 2 ? 1 : 0;
  }

  /** Undoes one {@link #add} of this hash and group. */
  void remove(long hash, GroupKey group) {
    int slot = slot(hash);
    Object owner = owners[slot];
    if (owner instanceof SeriesOwners several) {
      int groups = several.size();
      if (!several.remove(group)) {
        throw notAnOwner(hash, group);
      }
      shared -= groups == 2 && several.size() == 1 ? 1 : 0;
      if (several.isSingle()) {
        owners[slot] = several.first();
      }
    } else if (owner != null && owner.equals(group)) {
      free(slot);
      used--;
    } else {
      throw notAnOwner(hash, group);
    }
  }

  private static IllegalStateException notAnOwner(long hash, GroupKey group) {
    return new IllegalStateException(
        "series index: " + group + " does not own hash " + Long.toHexString(hash));
  }

  /** Returns the slot of this hash, or the free slot for it. */
  private int slot(long hash) {
    int mask = owners.length - 1;
    int slot = home(hash, mask);
    while (owners[slot] != null && hashes[slot] != hash) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int home(long hash, int mask) {
    return (int) (hash ^ (hash >>> 32)) & mask;
  }

  /**
   * Frees a slot and closes the gap. Every entry stays reachable from its home slot without a free
   * slot between.
   */
  private void free(int slot) {
    int mask = owners.length - 1;
    int gap = slot;
    int next = (gap + 1) & mask;
    while (owners[next] != null) {
      int home = home(hashes[next], mask);
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        hashes[gap] = hashes[next];
        owners[gap] = owners[next];
        gap = next;
      }
      next = (next + 1) & mask;
    }
    owners[gap] = null;
  }

  private void grow() {
    long[] oldHashes = hashes;
    @Nullable Object[] oldOwners = owners;
    hashes = new long[oldHashes.length * 2];
    owners = new @Nullable Object[oldOwners.length * 2];
    for (int i = 0; i < oldOwners.length; i++) {
      if (oldOwners[i] != null) {
        int slot = slot(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        owners[slot] = oldOwners[i];
      }
    }
  }
}
