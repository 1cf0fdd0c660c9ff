package io.holdfast.storage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a store that was in a cluster still owes the nodes that it knew, while it runs alone: after
 * a disaster they may come back with their disks, and must find what was deleted meanwhile.
 *
 * <p>Deletes are kept for as long as any known node was heard from within the retention. What is
 * older is forgotten, and noted so: a node that comes back later puts its store aside. A store that
 * was never in a cluster keeps no deletes at all.
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
   * Goes on as far ahead of the wall clock as the fastest of the cluster was: a change that failed
   * on another node must look older than what is acknowledged here.
   */
  static InstantSource clock(InstantSource wallClock, ClusterNotes notes) {
    return InstantSource.offset(wallClock, Duration.ofMillis(notes.clockAheadMillis()));
  }

  /** Whether there may be something to be forgotten since the last time. */
  boolean isDue(StoreState state) {
    long period =
        Math.min(
            LONGEST_PERIOD.toMillis(), state.notes().retentionMillis() / FRACTION_OF_RETENTION);
    return !state.groups().tombstones().isEmpty()
        && Math.abs(clock.millis() - keptAtMillis) >= period;
  }

  /** Forgets what nobody can bring back any more. */
  void keep(StoreState state, CommitBatch batch) {
    keptAtMillis = clock.millis();
    ClusterNotes notes = state.notes();
    Instant retained = clock.instant().minusMillis(notes.retentionMillis());
    long oldest = Math.max(0, retained.toEpochMilli()) << HybridClock.COUNTER_BITS;
    SortedMap<Long, Long> known = new TreeMap<>(notes.knownNodes());
    known.values().removeIf(heardAt -> heardAt < oldest);
    state.purge(known.isEmpty() ? state.clock().last() : oldest, batch);
    ClusterNotes purged = state.notes();
    // This node has seen what it has forgotten itself.
    state.note(purged.withKnownNodes(known).withCurrentAt(purged.purgedUntil()), batch);
  }
}
