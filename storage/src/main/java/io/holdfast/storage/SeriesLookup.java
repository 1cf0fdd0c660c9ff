package io.holdfast.storage;

import java.util.HashMap;
import java.util.Map;

/** Answers for one family whether it has a series, after one pass over its text. */
final class SeriesLookup {
  private final SeriesText text;
  private final long[] hashes;

  /** The last series of each hash; those before it are found through {@link #previous}. */
  private final Map<Long, Integer> last = new HashMap<>();

  private final int[] previous;

  SeriesLookup(Family family) {
    this.hashes = family.seriesHashes;
    this.text = SeriesText.of(family.name(), family.type(), family.text, hashes.length);
    this.previous = new int[hashes.length];
    for (int i = 0; i < hashes.length; i++) {
      Integer before = last.put(hashes[i], i);
      previous[i] = before == null ? -1 : before;
    }
  }

  boolean has(long hash, String labels) {
    Integer found = last.get(hash);
    for (int i = found == null ? -1 : found; i >= 0; i = previous[i]) {
      if (text.labels(i).equals(labels)) {
        return true;
      }
    }
    return false;
  }
}
