package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ClusterNotes;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.Standing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
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
 * Writes down what a restart must not forget, and decides when deletes may be forgotten.
 *
 * <p>A tombstone may go when every node that may come back has it. Each node finds out when all
 * known nodes are the same, notes on its disk the lowest of their clocks as the point up to which
 * it has everything, and only then says so; what everybody has said is safe to drop. A node that is
 * away holds that up, but not for longer than the retention: then tombstones go all the same, by
 * age, and whoever comes back having missed them puts its store aside (see {@link StateTransfer}).
 *
 * <p>Concurrency: confined to the event loop.
 */
final class Keeper {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);
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

  private final Deque<Forgettable> forgettable = new ArrayDeque<>();

  /** What was forgettable so long ago that everything sent before has arrived. */
  private long purgeable;

  /** Up to which hybrid clock reading deletes might be forgotten, and when that was found. */
  private record Forgettable(long at, long until) {}

  /** Everything up to this is here, and noted so. */
  private long completeUntil;

  Keeper(ReplicaOptions options, ReplicatedStore store, EventLoop loop, ClusterClock clock) {
    this.options = options;
    this.store = store;
    this.loop = loop;
    this.clock = clock;
    Duration tenth = options.limits().tombstoneRetention().dividedBy(10);
    this.period = tenth.compareTo(LONGEST_PERIOD) < 0 ? tenth : LONGEST_PERIOD;
    this.age = new Age(clock, loop);
    this.keptAt = loop.nanos();
  }

  long completeUntil() {
    return completeUntil;
  }

  /** A node has been heard from. */
  void met(long node) {
    if (node != store.standing().node()) {
      met.put(node, clock.millis() << CLOCK_COUNTER_BITS);
    }
  }

  /** Called often; does something now and then. */
  void keep(Collection<PeerState> peers, boolean isFresh) {
    Standing standing = store.standing();
    age.look();
    met.values().removeIf(heardAt -> heardAt < retentionStart());
    long passed = loop.nanos() - keptAt;
    boolean isDue = passed >= period.toNanos();
    long ahead = clock.aheadMillis();
    boolean hasClockMoved =
        Math.abs(ahead - standing.notes().clockAheadMillis()) > CLOCK_TOLERANCE_MILLIS;
    boolean hasMetAnother = !standing.notes().knownNodes().keySet().containsAll(met.keySet());
    // Soon, or a young node that loses touch would take itself for one that was long away.
    boolean isNewlyFresh = isFresh && mayBeOutdated() && passed >= Timeouts.HEARTBEAT.toNanos();
    if (isNoting || !(isDue || hasMetAnother || hasClockMoved || isNewlyFresh)) {
      return;
    }
    keptAt = loop.nanos();
    long lowest = lowestClock(standing, peers);
    boolean areAllTheSame = areAllTheSame(standing, peers);
    note(
        notes -> {
          ClusterNotes known =
              notes
                  .withKnownNodes(known(notes))
                  .withClockAhead(ahead)
                  .withRetention(options.limits().tombstoneRetention());
          return isFresh ? known.withCurrentAt(lowest) : known;
        },
        isFresh && areAllTheSame ? lowest : completeUntil);
    if (isFresh) {
      purge(standing.notes(), peers);
    }
  }

  /** Whether others may have forgotten deletes that this store has never seen. */
  boolean mayBeOutdated() {
    if (!clock.isSettled()) {
      return true;
    }
    // Some time earlier than the others may: clocks differ.
    Duration away = options.limits().tombstoneRetention().dividedBy(5).multipliedBy(4);
    return store.standing().notes().currentAt() < age.readingBefore(away);
  }

  /** Notes that the store lacks nothing. */
  void noteWhole() {
    if (!isNoting) {
      log.info("the store has everything that there was to be found");
      note(ClusterNotes::whole, completeUntil);
    }
  }

  private void note(UnaryOperator<ClusterNotes> change, long complete) {
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
                            completeUntil = Math.max(completeUntil, complete);
                          }
                        }));
  }

  private long retentionStart() {
    return age.readingBefore(options.limits().tombstoneRetention());
  }

  /**
   * The nodes whose stores may come back; who was away for the retention is forgotten. On the
   * store's writer thread.
   */
  private SortedMap<Long, Long> known(ClusterNotes notes) {
    long oldest = retentionStart();
    long rough = period.toMillis() << CLOCK_COUNTER_BITS;
    SortedMap<Long, Long> known = new TreeMap<>(notes.knownNodes());
    met.forEach(
        (node, heardAt) -> {
          // Written anew only when it matters: not with every heartbeat.
          if (heardAt - known.getOrDefault(node, 0L) > rough) {
            known.put(node, heardAt);
          }
        });
    known.remove(store.standing().node());
    known.values().removeIf(heardAt -> heardAt < oldest);
    return known;
  }

  /** No version that is made from now on, by nodes that are here, is below it. */
  private static long lowestClock(Standing standing, Collection<PeerState> peers) {
    long lowest = standing.clock();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      lowest = said == null ? lowest : Math.min(lowest, said.getClock());
    }
    return lowest;
  }

  private boolean areAllTheSame(Standing standing, Collection<PeerState> peers) {
    ClusterNotes notes = standing.notes();
    if (notes.knownNodes().size() + 1 < options.quorum().size()) {
      return false;
    }
    return notes.knownNodes().keySet().stream()
        .allMatch(node -> peers.stream().anyMatch(peer -> isSame(peer, node, standing)));
  }

  private boolean isSame(PeerState peer, long node, Standing standing) {
    Heartbeat said = peer.said();
    return said != null
        && said.getNode() == node
        && peer.isReachable(loop.nanos())
        && said.getDigest() == standing.digest()
        && peer.positions().equals(standing.positions());
  }

  /**
   * Forgets what may be forgotten now and might have been some time ago. In between everything must
   * have arrived that was sent when a node had not seen some delete yet: it would find nothing that
   * keeps it away.
   */
  private void purge(ClusterNotes notes, Collection<PeerState> peers) {
    long now = loop.nanos();
    if (!haveAllCopiedAll(notes, peers)) {
      // What was old enough before says nothing of a delete that comes now.
      forgettable.clear();
      purgeable = 0;
      return;
    }
    long until = forgettable(notes, peers);
    forgettable.addLast(new Forgettable(now, until));
    long before = 0;
    while (now - forgettable.getFirst().at > Timeouts.LATEST_ARRIVAL.toNanos()) {
      before = forgettable.removeFirst().until;
    }
    purgeable = Math.max(purgeable, before);
    CompletableFuture<MergeOutcome> unused = store.purge(Math.min(until, purgeable));
  }

  /** Up to where everybody has seen every delete. */
  private long forgettable(ClusterNotes notes, Collection<PeerState> peers) {
    // By age only what every node that is here has seen.
    long until = retentionStart();
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      until = Math.min(until, said == null ? 0 : said.getCurrentAt());
    }
    if (notes.knownNodes().size() + 1 < options.quorum().size()) {
      return until;
    }
    long agreed = completeUntil;
    for (long node : notes.knownNodes().keySet()) {
      agreed = Math.min(agreed, completeUntil(node, peers));
    }
    return Math.max(until, agreed);
  }

  /**
   * Whether each node that was heard from within the retention is here, and has all that each other
   * had when it came. One that was away may have brought a delete that it had told nobody of: older
   * than the retention, and new to all.
   */
  private boolean haveAllCopiedAll(ClusterNotes notes, Collection<PeerState> peers) {
    Set<Long> here = new HashSet<>();
    peers.forEach(peer -> here.add(peer.node()));
    if (!here.containsAll(notes.knownNodes().keySet())) {
      return false;
    }
    for (PeerState come : peers) {
      long opening = Standing.opening(come.stream());
      boolean isCopied = store.standing().positions().containsKey(opening);
      for (PeerState other : peers) {
        isCopied = isCopied && other.positions().containsKey(opening);
      }
      if (!isCopied) {
        return false;
      }
    }
    return true;
  }

  private static long completeUntil(long node, Collection<PeerState> peers) {
    for (PeerState peer : peers) {
      Heartbeat said = peer.said();
      if (said != null && said.getNode() == node) {
        return said.getCompleteUntil();
      }
    }
    return 0;
  }
}
