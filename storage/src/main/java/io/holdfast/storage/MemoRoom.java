package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The limit of the heap that {@link LeafMemo}s take. Groups come first: memos have the rest of the
 * limit, and in any case a small share. Samples without room in a memo are rendered again by each
 * scrape.
 *
 * <p>A full room keeps its memos and takes no new memo. A scrape reads all leaves in turn, so the
 * next scrape needs the oldest memo first. When groups need the heap, the oldest memos are removed.
 *
 * <p>Concurrency: any threads may use it.
 */
final class MemoRoom {
  /** A room without space. */
  static final MemoRoom NONE = new MemoRoom(0);

  /** The divisor of the limit for the share that memos have when groups fill the limit. */
  private static final int SHARE = 8;

  /** An entry, its list, its pieces. */
  private static final long MEMORY_PER_MEMO = 256;

  private final long limit;
  private final long share;

  // These fields are guarded by this.
  private final Set<Charge> charges = new LinkedHashSet<>();
  private final ReferenceQueue<SortedTree.Leaf<?, ?>> gone = new ReferenceQueue<>();
  private long groupBytes;
  private long memoryBytes;

  /** The heap that one memo takes. The leaf can be garbage already. */
  static final class Charge extends WeakReference<SortedTree.Leaf<?, ?>> {
    private final LeafMemo.Key key;
    private final long bytes;

    private Charge(
        SortedTree.Leaf<?, ?> leaf,
        LeafMemo.Key key,
        long bytes,
        ReferenceQueue<SortedTree.Leaf<?, ?>> gone) {
      super(leaf, gone);
      this.key = key;
      this.bytes = bytes;
    }
  }

  /**
   * Creates a room.
   *
   * @param limit of groups and memos together
   */
  MemoRoom(long limit) {
    this.limit = limit;
    this.share = limit / SHARE;
  }

  /** Returns whether a memo of this many bytes has room now. */
  synchronized boolean hasRoom(long bytes) {
    forgetGone();
    return memoryBytes + MEMORY_PER_MEMO + bytes <= room();
  }

  /** Keeps a memo in its leaf if there is room. */
  synchronized void keep(SortedTree.Leaf<?, ?> leaf, LeafMemo.Key key, Deflated[] pieces) {
    long bytes = MEMORY_PER_MEMO;
    for (Deflated piece : pieces) {
      bytes += piece.bytes().length;
    }
    if (hasRoom(bytes - MEMORY_PER_MEMO) && LeafMemo.get(leaf, key) == null) {
      charges.add(new Charge(leaf, key, bytes, gone));
      memoryBytes += bytes;
      LeafMemo.put(leaf, key, pieces);
    }
  }

  /** Removes all memos in these formats. */
  synchronized void forget(Set<ExpositionFormat> formats) {
    charges.removeIf(charge -> formats.contains(charge.key.format()) && release(charge));
  }

  /** Notes how much the groups take, and removes memos as needed. */
  synchronized void groupsTake(long bytes) {
    groupBytes = bytes;
    if (memoryBytes <= room()) {
      return;
    }
    forgetGone();
    Iterator<Charge> oldestFirst = charges.iterator();
    while (memoryBytes > room() && oldestFirst.hasNext()) {
      release(oldestFirst.next());
      oldestFirst.remove();
    }
  }

  /** Returns the heap that memos take. */
  synchronized long memoryBytes() {
    forgetGone();
    return memoryBytes;
  }

  private long room() {
    return Math.max(share, limit - groupBytes);
  }

  private void forgetGone() {
    for (Reference<?> next = gone.poll(); next != null; next = gone.poll()) {
      if (next instanceof Charge charge && charges.remove(charge)) {
        memoryBytes -= charge.bytes;
      }
    }
  }

  private boolean release(Charge charge) {
    memoryBytes -= charge.bytes;
    SortedTree.Leaf<?, ?> leaf = charge.get();
    if (leaf != null) {
      LeafMemo.forget(leaf, charge.key);
    }
    return true;
  }
}
