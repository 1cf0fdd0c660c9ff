package io.holdfast.storage;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a store has come in each stream of changes: everything up to its position is here.
 *
 * <p>What arrives behind a gap does not count until the gap is filled. It is remembered, or changes
 * that never pause would outrun every copy: between the copied digest and its end more of them
 * arrive, and there would be another gap.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class StreamPositions {
  private final Map<Long, Long> positions = new HashMap<>();
  private final Map<Long, Run> behindGap = new HashMap<>();

  /** Of streams of which something is here beyond the position: the highest number. */
  private final Map<Long, Long> beyond = new HashMap<>();

  /** Changes that have arrived without a gap among them: the highest such run of its stream. */
  private record Run(long first, long last) {}

  /** By stream; a view. */
  Map<Long, Long> all() {
    return Collections.unmodifiableMap(positions);
  }

  /**
   * Up to where changes of each stream have left something here: beyond the position if some came
   * behind a gap, or in a copy that is not finished.
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

  /** States came from a node on which nothing is of any later changes. */
  void mayShow(Map<Long, Long> shown) {
    shown.forEach(this::mayShow);
  }

  private void mayShow(long stream, long last) {
    if (last > of(stream)) {
      beyond.merge(stream, last, Math::max);
    }
  }

  /**
   * Something else stands for what is here of these streams beyond their positions, if anything.
   */
  boolean forgetBeyond(Set<Long> streams) {
    return beyond.keySet().removeAll(streams);
  }

  /** 0 if nothing of the stream is here. */
  long of(long stream) {
    return positions.getOrDefault(stream, 0L);
  }

  /** Every change of a stream up to this one is here; never goes back. */
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

  /** The changes from the first to the last are here. */
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
