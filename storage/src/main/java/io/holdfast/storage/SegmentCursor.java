package io.holdfast.storage;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A walk over an exposition, one segment at a time. */
final class SegmentCursor {
  private final Iterator<Exposition.Block> blocks;
  private final Function<Exposition.Block, List<Segment>> plan;
  private Iterator<Segment> segments = List.<Segment>of().iterator();
  private byte @Nullable [] end;

  /**
   * Creates a cursor.
   *
   * @param plan returns the segments of a block; called when the block's turn comes
   * @param end the last bytes of the exposition
   */
  SegmentCursor(
      List<Exposition.Block> blocks, Function<Exposition.Block, List<Segment>> plan, byte[] end) {
    this.blocks = blocks.iterator();
    this.plan = plan;
    this.end = end;
  }

  /** Returns the next segment, or null at the end. */
  @Nullable Segment next() {
    while (!segments.hasNext()) {
      if (blocks.hasNext()) {
        segments = plan.apply(blocks.next()).iterator();
      } else if (end != null) {
        segments = List.<Segment>of(new Segment.Fixed(end)).iterator();
        end = null;
      } else {
        return null;
      }
    }
    return segments.next();
  }
}
