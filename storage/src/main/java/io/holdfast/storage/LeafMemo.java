package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memo of a leaf: compressed samples by format, which later scrapes use again. A memo lives
 * until one of the leaf's groups changes. A memo also ends when its format is forgotten, or when
 * {@link MemoRoom} needs the heap.
 *
 * <p>Immutable, with only final fields: see {@link SortedTree.Leaf#memo}.
 */
final class LeafMemo {

  /**
   * The key of an entry.
   *
   * @param format of leaves that look the same under every scheme, the plainest format
   * @param created see {@link ExpositionFormat#samples}
   */
  record Key(ExpositionFormat format, boolean created) {}

  private record Entry(Key key, Deflated[] pieces) {}

  private final List<Entry> entries;

  private LeafMemo(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  static Deflated @Nullable [] get(SortedTree.Leaf<?, ?> leaf, Key key) {
    if (leaf.memo instanceof LeafMemo memo) {
      for (int i = 0; i < memo.entries.size(); i++) {
        if (memo.entries.get(i).key.equals(key)) {
          return memo.entries.get(i).pieces;
        }
      }
    }
    return null;
  }

  /** Adds pieces. Only {@link MemoRoom} calls the method, one thread at a time. */
  static void put(SortedTree.Leaf<?, ?> leaf, Key key, Deflated[] pieces) {
    List<Entry> entries = new ArrayList<>();
    if (leaf.memo instanceof LeafMemo memo) {
      entries.addAll(memo.entries);
    }
    entries.add(new Entry(key, pieces));
    leaf.memo = new LeafMemo(entries);
  }

  /** Removes the entry with this key. Only {@link MemoRoom} calls the method. */
  static void forget(SortedTree.Leaf<?, ?> leaf, Key key) {
    if (leaf.memo instanceof LeafMemo memo) {
      List<Entry> rest = new ArrayList<>(memo.entries);
      if (rest.removeIf(entry -> entry.key.equals(key))) {
        leaf.memo = rest.isEmpty() ? null : new LeafMemo(rest);
      }
    }
  }
}
