package io.holdfast.storage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The upkeep of tombstones in a store that was in a cluster and now runs alone. After a disaster
 * the other nodes can return with their disks. Those nodes must then learn of the deletes that they
 * missed.
 *
 * <p>A tombstone is kept for the retention, as long as any known node was heard from within it. All
 * other tombstones are collected, and the collected watermark is noted. A node that returns later
 * quarantines its store. A store without a former cluster keeps no tombstones.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class FormerCluster {
  private static final Duration LONGEST_PERIOD = Duration.ofSeconds(30);
  private static final int FRACTION_OF_RETENTION = 10;

  private final InstantSource clock;
  private long keptAtMillis;

  FormerCluster(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Returns a clock that keeps the lead of the cluster time over the wall clock. A change that
   * failed on another node must look older than the changes acknowledged here.
   */
  static InstantSource clock(InstantSource wallClock, ClusterMetadata metadata) {
    return InstantSource.offset(wallClock, Duration.ofMillis(metadata.clockAheadMillis()));
  }

  /** Returns whether a collection is due and there are tombstones. */
  boolean isDue(StoreState state) {
    long period =
        Math.min(
            LONGEST_PERIOD.toMillis(), state.metadata().retentionMillis() / FRACTION_OF_RETENTION);
    return !state.groups().tombstones().isEmpty()
        && Math.abs(clock.millis() - keptAtMillis) >= period;
  }

  /** Collects the tombstones of groups that no known node can bring back. */
  void keep(StoreState state, CommitBatch batch) {
    keptAtMillis = clock.millis();
    ClusterMetadata metadata = state.metadata();
    Instant retained = clock.instant().minusMillis(metadata.retentionMillis());
    long oldest = Math.max(0, retained.toEpochMilli()) << HybridClock.COUNTER_BITS;
    SortedMap<Long, Long> known = new TreeMap<>(metadata.knownNodes());
    known.values().removeIf(heardAt -> heardAt < oldest);
    state.purge(known.isEmpty() ? state.clock().last() : oldest, batch);
    ClusterMetadata purged = state.metadata();
    // This node has seen every delete that it has collected.
    state.note(
        purged.withKnownNodes(known).withDeliveredWatermark(purged.collectedWatermark()), batch);
  }
}
