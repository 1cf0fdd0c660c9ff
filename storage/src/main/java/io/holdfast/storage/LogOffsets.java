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
final class LogOffsets {
  private final Map<Long, Long> versionVector = new HashMap<>();
  private final Map<Long, Run> behindGap = new HashMap<>();

  /** The highest offset of each log that has changes here beyond its entry. */
  private final Map<Long, Long> beyond = new HashMap<>();

  /** A run of arrived changes without a gap. Of each log only the highest run is kept. */
  private record Run(long first, long last) {}

  /** Returns a view of the version vector. */
  Map<Long, Long> all() {
    return Collections.unmodifiableMap(versionVector);
  }

  /**
   * Returns the highest offset of each log that has left anything here. The offset is beyond the
   * entry if changes came behind a gap, or in an unfinished copy.
   *
   * @param reached an immutable copy of {@link #all}
   */
  Map<Long, Long> shown(Map<Long, Long> reached) {
    if (beyond.isEmpty()) {
      return reached;
    }
    Map<Long, Long> shown = new HashMap<>(reached);
    beyond.forEach((logId, last) -> shown.merge(logId, last, Math::max));
    return shown;
  }

  /** Notes that states came from a node that shows changes up to these offsets. */
  void mayShow(Map<Long, Long> shown) {
    shown.forEach(this::mayShow);
  }

  private void mayShow(long logId, long last) {
    if (last > of(logId)) {
      beyond.merge(logId, last, Math::max);
    }
  }

  /**
   * Forgets offsets beyond the entries of these logs, because another log now stands for those
   * changes. Returns whether there were any.
   */
  boolean forgetBeyond(Set<Long> logIds) {
    return beyond.keySet().removeAll(logIds);
  }

  /** Returns the offset up to which a log is here, or 0 if no change of it is here. */
  long of(long logId) {
    return versionVector.getOrDefault(logId, 0L);
  }

  /** Notes that every change of a log up to this offset is here. An entry never goes back. */
  void reach(long logId, long offset) {
    Run run = behindGap.get(logId);
    long reached = offset;
    if (run != null && run.first <= offset + 1) {
      behindGap.remove(logId);
      reached = Math.max(run.last, offset);
    }
    versionVector.merge(logId, reached, Math::max);
    if (beyond.getOrDefault(logId, 0L) <= of(logId)) {
      beyond.remove(logId);
    }
  }

  /** Notes that the changes from the first to the last are here. */
  void arrived(long logId, long first, long last) {
    if (first <= of(logId) + 1) {
      reach(logId, last);
      return;
    }
    behindGap.merge(logId, new Run(first, last), LogOffsets::joined);
    mayShow(logId, last);
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
