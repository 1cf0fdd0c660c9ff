package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterMetadata;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of the cluster metadata, so that a restart remembers the notes. The notes are the
 * known nodes, the delivered and stable watermarks, and the lead of the cluster time.
 *
 * <p>When all known nodes have equal states, the lowest of their clocks becomes the stable
 * watermark. Peers hear of the stable watermark only after it is on the disk.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class MetadataWriter {
  private static final Logger log = LoggerFactory.getLogger(MetadataWriter.class);
  private static final Duration LONGEST_PERIOD = Duration.ofSeconds(30);
  private static final int CLOCK_COUNTER_BITS = 16;
  private static final long CLOCK_TOLERANCE_MILLIS = 100;

  private final ReplicaOptions options;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final ClusterClock clock;
  private final Duration period;
  private final Map<Long, Long> met = new ConcurrentHashMap<>();
  private final Age age;
  private long keptAt;
  private boolean isNoting;

  /** Whether the absence of this node before its start no longer counts against known nodes. */
  private boolean isAbsenceExcused;

  /** Every delete up to this is on the disks of all known nodes, and noted so. */
  private long stableWatermark;

  /** Every delete up to this is on the disk of this node. */
  private long delivered;

  /** The log of the store that {@link #delivered} describes. */
  private long deliveredTo;

  MetadataWriter(
      ReplicaOptions options, ReplicatedStore store, EventLoop loop, ClusterClock clock) {
    this.options = options;
    this.store = store;
    this.loop = loop;
    this.clock = clock;
    Duration tenth = options.limits().tombstoneRetention().dividedBy(10);
    this.period = tenth.compareTo(LONGEST_PERIOD) < 0 ? tenth : LONGEST_PERIOD;
    this.age = new Age(clock, loop);
    this.keptAt = loop.nanos();
  }

  /**
   * Returns the stable watermark. Every delete up to it was on the disks of all known nodes, and
   * this node has noted that.
   */
  long stableWatermark() {
    return stableWatermark;
  }

  /** Notes that this node has heard from another node. */
  void met(long node) {
    if (node != store.replicaState().node()) {
      met.put(node, clock.millis() << CLOCK_COUNTER_BITS);
    }
  }

  /**
   * Writes the cluster metadata if a change of the notes matters by now. Every tick calls this
   * method.
   *
   * @return whether a note was started, so that tombstones can be collected
   */
  boolean keep(Collection<PeerState> peers, boolean isFresh) {
    ReplicaState replicaState = store.replicaState();
    age.look();
    met.values().removeIf(heardAt -> heardAt < retentionStart());
    long passed = loop.nanos() - keptAt;
    boolean isDue = passed >= period.toNanos();
    long ahead = clock.aheadMillis();
    boolean hasClockMoved =
        Math.abs(ahead - replicaState.metadata().clockAheadMillis()) > CLOCK_TOLERANCE_MILLIS;
    boolean hasMetAnother =
        !replicaState.metadata().knownNodes().keySet().containsAll(met.keySet());
    // A new node notes its watermark soon. Otherwise a new node that loses touch would look like a
    // node that was long away.
    lookForDeletes(replicaState, peers, isFresh);
    boolean isNewlyFresh =
        mayBeOutdated() && !isOutdated(delivered) && passed >= Timeouts.HEARTBEAT.toNanos();
    if (isNoting || !(isDue || hasMetAnother || hasClockMoved || isNewlyFresh)) {
      return false;
    }
    keptAt = loop.nanos();
    long lowest = lowestClock(replicaState, peers);
    long everyDelete = delivered;
    boolean areAllTheSame = areAllTheSame(replicaState, peers);
    boolean forgets = clock.isSettled();
    boolean excuses = forgets && !isAbsenceExcused;
    note(
        metadata -> {
          ClusterMetadata known =
              metadata
                  .withKnownNodes(known(metadata, excuses, forgets))
                  .withClockAhead(ahead)
                  .withRetention(options.limits().tombstoneRetention());
          return known.withDeliveredWatermark(Math.max(everyDelete, known.deliveredWatermark()));
        },
        () -> {
          isAbsenceExcused |= excuses;
          if (isFresh && areAllTheSame) {
            stableWatermark = Math.max(stableWatermark, lowest);
          }
        });
    return true;
  }

  private void lookForDeletes(
      ReplicaState replicaState, Collection<PeerState> peers, boolean isFresh) {
    if (deliveredTo != replicaState.logId()) {
      // The store was opened again, or a new store follows a quarantined one.
      deliveredTo = replicaState.logId();
      delivered = 0;
    }
    if (isFresh && hasAllOfKnownNodes(replicaState, peers)) {
      delivered = Math.max(delivered, lowestClock(replicaState, peers));
    }
  }

  /** Returns whether peers have perhaps collected deletes that this store never saw. */
  boolean mayBeOutdated() {
    return isOutdated(store.replicaState().metadata().deliveredWatermark());
  }

  private boolean isOutdated(long watermark) {
    if (!clock.isSettled()) {
      return true;
    }
    // Clocks differ, so this node becomes cautious some time before the retention ends.
    Duration away = options.limits().tombstoneRetention().dividedBy(5).multipliedBy(4);
    return watermark < age.readingBefore(away);
  }

  /** Notes that the store is complete. */
  void noteComplete() {
    if (!isNoting) {
      log.info("store complete");
      note(ClusterMetadata::completed, () -> {});
    }
  }

  private void note(UnaryOperator<ClusterMetadata> change, Runnable noted) {
    isNoting = true;
    CompletableFuture<MergeOutcome> unused =
        store
            .note(change)
            .whenComplete(
                (outcome, failure) ->
                    loop.execute(
                        () -> {
                          isNoting = false;
                          if (outcome instanceof MergeOutcome.Merged) {
                            noted.run();
                          }
                        }));
  }

  /**
   * Returns the hybrid clock reading of one retention ago. A leap of the cluster time does not
   * count.
   */
  long retentionStart() {
    return age.readingBefore(options.limits().tombstoneRetention());
  }

  /**
   * Returns the nodes whose stores may come back. A node that this node has not heard for the
   * retention is forgotten. Only time in which this node listened counts: a node that was away
   * itself would otherwise forget nodes that were here all the time. It would then collect the
   * tombstone of a delete that such a node has not seen. Called on the store's writer thread.
   *
   * @param excuses whether to add the time since this node listened last to what it noted then
   * @param forgets whether the time is known, so that nodes may be forgotten
   */
  private SortedMap<Long, Long> known(ClusterMetadata metadata, boolean excuses, boolean forgets) {
    SortedMap<Long, Long> known = new TreeMap<>(metadata.knownNodes());
    if (excuses) {
      long listenedAt = known.values().stream().mapToLong(Long::longValue).max().orElse(0);
      long absence = Math.max(0, (clock.millis() << CLOCK_COUNTER_BITS) - listenedAt);
      known.replaceAll((node, heardAt) -> heardAt + absence);
    }
    long rough = period.toMillis() << CLOCK_COUNTER_BITS;
    met.forEach(
        (node, heardAt) -> {
          // The reading of a node is renewed at most once in a period, and not with every
          // heartbeat.
          if (heardAt - known.getOrDefault(node, 0L) > rough) {
            known.put(node, heardAt);
          }
        });
    known.remove(store.replicaState().node());
    if (forgets) {
      long oldest = retentionStart();
      known.values().removeIf(heardAt -> heardAt < oldest);
    }
    return known;
  }

  /**
   * Returns the lowest clock of the present nodes. No present node makes a version below this clock
   * from now on.
   */
  private static long lowestClock(ReplicaState replicaState, Collection<PeerState> peers) {
    long lowest = replicaState.clock();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      lowest = said == null ? lowest : Math.min(lowest, said.getClock());
    }
    return lowest;
  }

  /**
   * Returns whether this node has every change that the known nodes had when they were last heard.
   * Freshness is not enough: a fresh node can lack a delete that was never acknowledged, and that
   * nodes out of its reach have. When those have collected the tombstone, this node would bring the
   * group back.
   */
  private boolean hasAllOfKnownNodes(ReplicaState replicaState, Collection<PeerState> peers) {
    Set<Long> lacking = new HashSet<>(replicaState.metadata().knownNodes().keySet());
    long now = loop.nanos();
    for (PeerState peer : peers) {
      boolean hasAll =
          peer.isReachable(now)
              && VersionVectors.cover(replicaState.versionVector(), peer.versionVector());
      if (!hasAll) {
        return false;
      }
      lacking.remove(peer.node());
    }
    return lacking.isEmpty();
  }

  private boolean areAllTheSame(ReplicaState replicaState, Collection<PeerState> peers) {
    ClusterMetadata metadata = replicaState.metadata();
    if (metadata.knownNodes().size() + 1 < options.quorum().size()) {
      return false;
    }
    return metadata.knownNodes().keySet().stream()
        .allMatch(node -> peers.stream().anyMatch(peer -> isSame(peer, node, replicaState)));
  }

  private boolean isSame(PeerState peer, long node, ReplicaState replicaState) {
    Heartbeat said = peer.said();
    return said != null
        && said.getNode() == node
        && peer.isReachable(loop.nanos())
        && said.getDigest() == replicaState.digest()
        && peer.versionVector().equals(replicaState.versionVector());
  }
}
