package io.holdfast.storage;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the blocks of an exposition, a header or the text of one {@linkplain SortedTree.Leaf
 * leaf} of groups at a time.
 */
final class SegmentCursor {

  /** Either fixed bytes, or a leaf whose families' exposed texts are to be joined. */
  record Segment(byte @Nullable [] bytes, SortedTree.@Nullable Leaf<GroupKey, Family> leaf) {}

  private final Iterator<Exposition.Block> blocks;
  private Iterator<Segment> segments = List.<Segment>of().iterator();

  SegmentCursor(List<Exposition.Block> blocks) {
    this.blocks = blocks.iterator();
  }

  /** The next segment, or null at the end. */
  @Nullable Segment next() {
    while (!segments.hasNext()) {
      if (!blocks.hasNext()) {
        return null;
      }
      segments = segments(blocks.next()).iterator();
    }
    return segments.next();
  }

  private static List<Segment> segments(Exposition.Block block) {
    List<Segment> segments = new ArrayList<>();
    segments.add(new Segment(block.header(), null));
    if (block.own() != null) {
      segments.add(new Segment(block.own().text(), null));
    }
    if (block.pushed() != null) {
      block.pushed().holders().forEachLeaf(leaf -> segments.add(new Segment(null, leaf)));
    }
    return segments;
  }
}
