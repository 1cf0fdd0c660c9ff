package io.holdfast.storage;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which groups own a series, by {@link SeriesHash}: an open-addressing table with one slot for a
 * hash, so that half a million series take some megabytes and no object each.
 *
 * <p>A hash with several owners is a conflict that slipped past the check, or two series that
 * happen to share a hash; who asks must compare in full.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class SeriesIndex {
  private static final int INITIAL_CAPACITY = 1 << 10;
  private static final GroupKey[] NOBODY = {};

  private long[] hashes = new long[INITIAL_CAPACITY];

  /** A GroupKey, or a GroupKey[] where a hash has several owners; null marks a free slot. */
  private @Nullable Object[] owners = new @Nullable Object[INITIAL_CAPACITY];

  private int used;
  private int shared;

  /** The groups that own a series of this hash; usually none or one. */
  GroupKey[] owners(long hash) {
    Object owner = owners[slot(hash)];
    if (owner == null) {
      return NOBODY;
    }
    return owner instanceof GroupKey[] several ? several : new GroupKey[] {(GroupKey) owner};
  }

  /** Whether nobody but this group owns a series of this hash. */
  boolean isFreeFor(long hash, GroupKey group) {
    Object owner = owners[slot(hash)];
    return owner == null || owner.equals(group);
  }

  /** Whether any hash has several owners. */
  boolean hasSharedHashes() {
    return shared > 0;
  }

  void add(long hash, GroupKey group) {
    int slot = slot(hash);
    Object owner = owners[slot];
    if (owner == null) {
      hashes[slot] = hash;
      owners[slot] = group;
      used++;
      if (used > owners.length / 4 * 3) {
        grow();
      }
    } else if (owner instanceof GroupKey[] several) {
      GroupKey[] more = Arrays.copyOf(several, several.length + 1);
      more[several.length] = group;
      owners[slot] = more;
    } else {
      owners[slot] = new GroupKey[] {(GroupKey) owner, group};
      shared++;
    }
  }

  /** Takes back one {@link #add} of this hash and group. */
  void remove(long hash, GroupKey group) {
    int slot = slot(hash);
    Object owner = owners[slot];
    if (owner instanceof GroupKey[] several) {
      owners[slot] = without(several, group);
      if (several.length == 2) {
        shared--;
      }
    } else if (owner != null && owner.equals(group)) {
      free(slot);
      used--;
    } else {
      throw new IllegalStateException("series index: " + group + " does not own hash " + hash);
    }
  }

  private static Object without(GroupKey[] several, GroupKey group) {
    GroupKey[] fewer = new GroupKey[several.length - 1];
    int kept = 0;
    boolean found = false;
    for (GroupKey owner : several) {
      if (!found && owner.equals(group)) {
        found = true;
      } else if (kept < fewer.length) {
        fewer[kept++] = owner;
      }
    }
    if (!found) {
      throw new IllegalStateException("series index: " + group + " is not among the owners");
    }
    return fewer.length == 1 ? fewer[0] : fewer;
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
