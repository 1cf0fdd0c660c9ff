package io.holdfast.storage;

import java.util.Map;

/**
 * How far a replicated store has come, after some commit. Immutable, a picture of one instant.
 *
 * @param node the identity of this store in versions
 * @param stream of this store's own changes; another one each time that it is opened
 * @param positions stream to sequence number: every change of that stream up to it is on the disk,
 *     this store's own among them
 * @param shown stream to sequence number: no change of that stream beyond it has left anything in
 *     the exposition; further than the position while something is lacking in between
 * @param digest of all groups: stores with the same have the same state
 * @param clock the highest hybrid clock reading given out or seen
 * @param notes what the node has written down about its cluster
 * @param exposition what a scrape shows of exactly this state
 */
public record Standing(
    long node,
    long stream,
    Map<Long, Long> positions,
    Map<Long, Long> shown,
    long digest,
    long clock,
    ClusterNotes notes,
    Exposition exposition) {

  public Standing {
    positions = Map.copyOf(positions);
    shown = Map.copyOf(shown);
  }

  /**
   * The stream that stands for what a store with this stream had on its disk when it was opened.
   */
  public static long opening(long stream) {
    return StoreState.besides(stream);
  }

  /** The sequence number of this store's last own change; 0 if it has made none. */
  public long sequence() {
    return positions.getOrDefault(stream, 0L);
  }
}
