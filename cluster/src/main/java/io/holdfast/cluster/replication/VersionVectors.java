package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.LogOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The version vectors: for each log, an offset. */
final class VersionVectors {
  private VersionVectors() {}

  /** Returns the offsets by log. If a log occurs twice, the higher offset counts. */
  static Map<Long, Long> of(List<LogOffset> versionVector) {
    Map<Long, Long> map = new HashMap<>();
    for (LogOffset logOffset : versionVector) {
      map.merge(logOffset.getLogId(), logOffset.getOffset(), Math::max);
    }
    return map;
  }

  /** Returns whether the first version vector is at least as far as the second, in every log. */
  static boolean cover(Map<Long, Long> these, Map<Long, Long> those) {
    for (Map.Entry<Long, Long> logOffset : those.entrySet()) {
      if (these.getOrDefault(logOffset.getKey(), 0L) < logOffset.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** Raises the first version vector until the first covers the second. */
  static void raise(Map<Long, Long> to, Map<Long, Long> others) {
    others.forEach((logId, offset) -> to.merge(logId, offset, Math::max));
  }
}
