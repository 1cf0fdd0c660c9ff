package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.storage.MergeOutcome.Merged;
import io.holdfast.storage.MergeOutcome.Refused;
import io.holdfast.storage.ReceivedStates.Received;
import io.holdfast.storage.StoreOptions.Replicated;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Merges what other nodes sent. Nothing is checked for consistency here: it was accepted somewhere,
 * so every node must keep it; what is in conflict is shadowed.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class StateMerger {
  private final StoreState state;
  private final Replicated limits;

  StateMerger(StoreState state, Replicated limits) {
    this.state = state;
    this.limits = limits;
  }

  /** Merges everything, or nothing if something must be refused. */
  MergeOutcome merge(MergeRequest request, CommitBatch batch) throws RocksDBException {
    List<Received> states = request.states().states();
    for (Received received : states) {
      long ahead = HybridClock.millis(newest(received)) - limits.wallClock().millis();
      if (ahead > limits.maxClockSkew().toMillis()) {
        return new Refused(
            "a version is "
                + ahead
                + " ms ahead of this node's clock (expected: at most "
                + limits.maxClockSkew().toMillis()
                + ", --cluster.max-clock-skew): set the clocks right");
      }
    }
    List<Long> outranked = new ArrayList<>();
    Map<Long, String> conflicts = new HashMap<>();
    // A change up to here came before, in a copy or as a message that was sent again. It must not
    // be merged once more: what deleted it since may have been forgotten, for this node has both.
    // States have no numbers, and all of them are merged.
    long here = request.stream() == 0 ? -1 : state.position(request.stream());
    long sequence = request.first();
    for (Received received : states) {
      boolean isHere = sequence <= here;
      if (isOutranked(received) || (isHere && isGone(received))) {
        outranked.add(sequence);
      }
      String conflict = isHere ? null : merge(received, batch);
      if (conflict != null) {
        conflicts.put(sequence, conflict);
      }
      sequence++;
    }
    reach(request);
    return new Merged(outranked, conflicts, state.clock().last());
  }

  private void reach(MergeRequest request) {
    request.reached().forEach(state.positions()::reach);
    // Behind a gap the changes are merged all the same, but nobody may rely on their being all.
    if (request.stream() != 0) {
      state.positions().arrived(request.stream(), request.first(), request.last());
    }
  }

  private static long newest(Received received) {
    if (received.group() == null) {
      return requireNonNull(received.wipedAt()).clock();
    }
    Version newest = received.group().newest();
    for (Family family : received.group().families.values()) {
      newest = Version.later(newest, family.version);
    }
    return newest == null ? 0 : newest.clock();
  }

  /** Whether a change has come after a newer one of the same group, or wipe. */
  private boolean isOutranked(Received received) {
    if (received.group() == null) {
      return Long.compareUnsigned(state.clock().last(), requireNonNull(received.wipedAt()).clock())
          > 0;
    }
    Group present = state.groups().get(received.group().key);
    Version newest = present == null ? null : present.newest();
    newest = Version.later(newest, state.groups().wipedAt());
    return Version.isLater(newest, received.group().newest());
  }

  /** Of a change that was here: whether nothing of its group is left, not even a tombstone. */
  private boolean isGone(Received received) {
    return received.group() != null && state.groups().get(received.group().key) == null;
  }

  /** Returns why something of it is shadowed, or null. */
  private @Nullable String merge(Received received, CommitBatch batch) throws RocksDBException {
    long clockBefore = state.clock().last();
    state.clock().observe(newest(received));
    if (received.group() == null) {
      wipe(requireNonNull(received.wipedAt()), clockBefore, batch);
      return null;
    }
    Group change = shared(received.group());
    if (isPurged(change) || isHereAlready(change)) {
      return null;
    }
    List<Family> came = state.merge(change, batch);
    for (Family family : came) {
      batch.putFamily(family, requireNonNull(received.records().get(family.name())));
    }
    return conflict(change.key, came);
  }

  /** The same group, referring to objects that other groups have equal. */
  private Group shared(Group received) {
    Group present = state.groups().get(received.key);
    Group shared = new Group(present == null ? received.key : present.key);
    shared.deletedAt = received.deletedAt;
    shared.replacedAt = received.replacedAt;
    shared.lastPush = received.lastPush;
    shared.lastFailure = received.lastFailure;
    for (Family family : received.families.values()) {
      shared.families.put(
          family.sharing(shared.key, state.groups().shared(family.descriptor), family.version));
    }
    return shared;
  }

  /** Whether it is but a delete that this node has forgotten, because all others have it. */
  private boolean isPurged(Group change) {
    return change.isEmpty()
        && change.deletedAt != null
        && change.deletedAt.clock() <= state.notes().purgedUntil()
        && state.groups().get(change.key) == null;
  }

  /** A change that comes again, as happens when an answer was lost, writes nothing. */
  private boolean isHereAlready(Group change) {
    Group present = state.groups().get(change.key);
    return present != null && StateDigest.of(present) == StateDigest.of(change);
  }

  private @Nullable String conflict(GroupKey key, List<Family> came) {
    Group group = state.groups().get(key);
    for (Family family : came) {
      Family settled = group == null ? null : group.family(family.name());
      if (settled != null && settled.shadowedSeries() > 0) {
        return "metric family \""
            + family.name()
            + "\" conflicts with an older push that another node took at the same time; "
            + settled.shadowedSeries()
            + " series are kept but not exposed until that is gone";
      }
    }
    return null;
  }

  private void wipe(Version version, long clockBefore, CommitBatch batch) throws RocksDBException {
    if (!Version.isLater(version, state.groups().wipedAt())) {
      return;
    }
    if (Long.compareUnsigned(clockBefore, version.clock()) < 0) {
      state.wipe(version, batch);
      return;
    }
    // Some groups may be newer, and survive.
    batch.putWipe(version);
    state.groups().raiseWipe(version);
    for (GroupKey key : state.groups().keys()) {
      Group floor = new Group(key);
      floor.deletedAt = version;
      state.merge(floor, batch);
    }
  }
}
