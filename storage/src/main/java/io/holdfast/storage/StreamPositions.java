package io.holdfast.storage;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The version vector of a store: for each log, the offset up to which every change is here.
 *
 * <p>Changes behind a gap do not count until the gap is filled. The store remembers them. Otherwise
 * continuous changes would outrun every state transfer: further changes arrive between the copied
 * digest and the end of the copy. The further changes would lie behind a new gap.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class StreamPositions {
  private final Map<Long, Long> positions = new HashMap<>();
  private final Map<Long, Run> behindGap = new HashMap<>();

  /** The highest offset of each log that has changes here beyond its position. */
  private final Map<Long, Long> beyond = new HashMap<>();

  /** A run of arrived changes without a gap. Of each log only the highest run is kept. */
  private record Run(long first, long last) {}

  /** Returns a view of all positions by log. */
  Map<Long, Long> all() {
    return Collections.unmodifiableMap(positions);
  }

  /**
   * Returns the highest offset of each log that has left anything here. The offset is beyond the
   * position if changes came behind a gap, or in an unfinished copy.
   *
   * @param reached an immutable copy of {@link #all}
   */
  Map<Long, Long> shown(Map<Long, Long> reached) {
    if (beyond.isEmpty()) {
      return reached;
    }
    Map<Long, Long> shown = new HashMap<>(reached);
    beyond.forEach((stream, last) -> shown.merge(stream, last, Math::max));
    return shown;
  }

  /** Notes that states came from a node that shows changes up to these offsets. */
  void mayShow(Map<Long, Long> shown) {
    shown.forEach(this::mayShow);
  }

  private void mayShow(long stream, long last) {
    if (last > of(stream)) {
      beyond.merge(stream, last, Math::max);
    }
  }

  /**
   * Forgets offsets beyond the positions of these logs, because another log now stands for those
   * changes. Returns whether there were any.
   */
  boolean forgetBeyond(Set<Long> streams) {
    return beyond.keySet().removeAll(streams);
  }

  /** Returns the position in a log, or 0 if no change of it is here. */
  long of(long stream) {
    return positions.getOrDefault(stream, 0L);
  }

  /** Notes that every change of a log up to this offset is here. A position never goes back. */
  void reach(long stream, long sequence) {
    Run run = behindGap.get(stream);
    long reached = sequence;
    if (run != null && run.first <= sequence + 1) {
      behindGap.remove(stream);
      reached = Math.max(run.last, sequence);
    }
    positions.merge(stream, reached, Math::max);
    if (beyond.getOrDefault(stream, 0L) <= of(stream)) {
      beyond.remove(stream);
    }
  }

  /** Notes that the changes from the first to the last are here. */
  void arrived(long stream, long first, long last) {
    if (first <= of(stream) + 1) {
      reach(stream, last);
      return;
    }
    behindGap.merge(stream, new Run(first, last), StreamPositions::joined);
    mayShow(stream, last);
  }

  private static Run joined(@Nullable Run before, Run news) {
    if (before == null || news.first > before.last + 1) {
      return news;
    }
    if (news.last < before.first - 1) {
      return before;
    }
    return new Run(Math.min(before.first, news.first), Math.max(before.last, news.last));
  }
}
