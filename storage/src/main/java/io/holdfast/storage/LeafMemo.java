package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What scrapes have compressed of a leaf, by format, so that the next ones need not: lives as long
 * as the leaf, that is until one of its groups changes, or until nobody asks for the format any
 * more, or until its room is needed ({@link MemoRoom}).
 *
 * <p>Immutable, with final fields alone: see {@link SortedTree.Leaf#memo}.
 */
final class LeafMemo {

  /**
   * @param format of all that look the same, the plainest
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

  /** Adds pieces. Called by {@link MemoRoom} alone, one at a time. */
  static void put(SortedTree.Leaf<?, ?> leaf, Key key, Deflated[] pieces) {
    List<Entry> entries = new ArrayList<>();
    if (leaf.memo instanceof LeafMemo memo) {
      entries.addAll(memo.entries);
    }
    entries.add(new Entry(key, pieces));
    leaf.memo = new LeafMemo(entries);
  }

  /** Forgets what is kept under this key. Called by {@link MemoRoom} alone. */
  static void forget(SortedTree.Leaf<?, ?> leaf, Key key) {
    if (leaf.memo instanceof LeafMemo memo) {
      List<Entry> rest = new ArrayList<>(memo.entries);
      if (rest.removeIf(entry -> entry.key.equals(key))) {
        leaf.memo = rest.isEmpty() ? null : new LeafMemo(rest);
      }
    }
  }
}
