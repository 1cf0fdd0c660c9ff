package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * Which groups own a series, by {@link SeriesHash}: an open-addressing table with one slot for a
 * hash, so that half a million series take some megabytes and no object each.
 *
 * <p>A hash with several owners is a conflict that slipped past the check. Every question and every
 * change of it costs a search among the owners, never a walk along them: an unchecked gateway may
 * have any number.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class SeriesIndex {
  private static final int INITIAL_CAPACITY = 1 << 10;

  /** Tells since when an owner has its series; asked when a hash gets its second owner. */
  interface Claims {
    Version claimedAt(GroupKey owner);
  }

  private long[] hashes = new long[INITIAL_CAPACITY];

  /** A GroupKey, or SeriesOwners where a hash has several owners; null marks a free slot. */
  private @Nullable Object[] owners = new @Nullable Object[INITIAL_CAPACITY];

  private int used;

  /** How many hashes have owners in several groups. */
  private int shared;

  /** Of the groups that own a series of this hash, the one with the oldest claim; or null. */
  @Nullable GroupKey first(long hash) {
    Object owner = owners[slot(hash)];
    return owner instanceof SeriesOwners several ? several.first() : (GroupKey) owner;
  }

  /** How many groups own a series of this hash. */
  int owners(long hash) {
    Object owner = owners[slot(hash)];
    if (owner == null) {
      return 0;
    }
    return owner instanceof SeriesOwners several ? several.size() : 1;
  }

  /** Whether any hash has owners in several groups. */
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

  /** Takes back one {@link #add} of this hash and group. */
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

  /** The slot of this hash, or the free one where it would go. */
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

  /** Closes the gap, so that every entry stays reachable from its home without a free slot. */
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
