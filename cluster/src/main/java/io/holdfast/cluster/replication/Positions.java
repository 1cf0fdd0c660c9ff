package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far streams of changes have come: stream to sequence number. */
final class Positions {
  private Positions() {}

  static Map<Long, Long> of(List<Position> positions) {
    Map<Long, Long> map = new HashMap<>();
    for (Position position : positions) {
      map.merge(position.getStream(), position.getSequence(), Math::max);
    }
    return map;
  }

  /** Whether these are at least as far as those, in every stream. */
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
