package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import java.util.List;

/**
 * A 64-bit hash of a series: its family's name and its full label set, as a text scrape shows them.
 *
 * <p>Two series with one hash are compared in full before they count as one, so the hash need not
 * resist anybody who makes collisions; it must only be fast and spread well.
 */
final class SeriesHash {
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long MULTIPLIER = 0xD6E8FEB86659FD93L;

  private SeriesHash() {}

  /**
   * @param labels sorted by name
   */
  static long of(String family, List<LabelPair> labels) {
    long hash = mix(SEED, family);
    for (int i = 0; i < labels.size(); i++) {
      LabelPair label = labels.get(i);
      hash = mix(mix(hash, label.getName()), label.getValue());
    }
    hash ^= hash >>> 32;
    hash *= MULTIPLIER;
    return hash ^ (hash >>> 29);
  }

  private static long mix(long hash, String text) {
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * MULTIPLIER;
      hash ^= hash >>> 47;
    }
    // The length keeps ("ab","c") and ("a","bc") apart.
    return (hash + text.length()) * SEED;
  }
}
