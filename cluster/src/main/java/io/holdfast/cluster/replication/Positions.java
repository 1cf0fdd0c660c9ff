package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The version vectors: for each log, an offset. */
final class Positions {
  private Positions() {}

  static Map<Long, Long> of(List<Position> positions) {
    Map<Long, Long> map = new HashMap<>();
    for (Position position : positions) {
      map.merge(position.getStream(), position.getSequence(), Math::max);
    }
    return map;
  }

  /** Returns whether the first version vector is at least as far as the second, in every log. */
  static boolean cover(Map<Long, Long> these, Map<Long, Long> those) {
    for (Map.Entry<Long, Long> position : those.entrySet()) {
      if (these.getOrDefault(position.getKey(), 0L) < position.getValue()) {
        return false;
      }
    }
    return true;
  }

  static void raise(Map<Long, Long> to, Map<Long, Long> others) {
    others.forEach((stream, sequence) -> to.merge(stream, sequence, Math::max));
  }
}
