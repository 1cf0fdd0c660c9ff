package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The heap that {@link LeafMemo}s take, and may take. Groups come first: memos have what the groups
 * leave of the limit, and a small share in any case. What has no room is made again by each scrape.
 *
 * <p>A full room takes nothing new, and keeps what it has: a scrape asks for all leaves in turn, so
 * that the oldest is the one that is needed next. When groups need the room, the oldest go.
 *
 * <p>Concurrency: any threads may use it.
 */
final class MemoRoom {
  /** A room for nothing. */
  static final MemoRoom NONE = new MemoRoom(0);

  /** The share of the limit that memos have when groups fill it. */
  private static final int SHARE = 8;

  /** An entry, its list, its pieces. */
  private static final long MEMORY_PER_MEMO = 256;

  private final long limit;
  private final long share;

  // Guarded by this.
  private final Set<Charge> charges = new LinkedHashSet<>();
  private final ReferenceQueue<SortedTree.Leaf<?, ?>> gone = new ReferenceQueue<>();
  private long groupBytes;
  private long memoryBytes;

  /** What one memo has taken. Its leaf may be forgotten by all others. */
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
   * @param limit of groups and memos together
   */
  MemoRoom(long limit) {
    this.limit = limit;
    this.share = limit / SHARE;
  }

  /** Whether a memo of so many bytes has room now. */
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

  /** Forgets all memos in one of these formats. */
  synchronized void forget(Set<ExpositionFormat> formats) {
    charges.removeIf(charge -> formats.contains(charge.key.format()) && release(charge));
  }

  /** Notes how much the groups take; memos give way. */
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

  /** The heap that memos take. */
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
