package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.storage.MergeOutcome.Merged;
import io.holdfast.storage.MergeOutcome.Refused;
import io.holdfast.storage.ReceivedStates.Received;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The merge of changes and states from other nodes. The merge does not check consistency: another
 * node has accepted the changes, so every node must keep them. Conflicting series are shadowed.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class StateMerger {
  private final StoreState state;

  StateMerger(StoreState state) {
    this.state = state;
  }

  /** Merges the whole request, or nothing if a part must be refused. */
  MergeOutcome merge(MergeRequest request, CommitBatch batch) {
    List<Received> states = request.states().states();
    for (Received received : states) {
      Version impossible = impossible(received);
      if (impossible != null) {
        return new Refused(
            new Refusal(
                Refusal.Code.BAD_MESSAGE,
                "the version "
                    + impossible
                    + " (expected: one that a clock can have made, and no claim later than its"
                    + " version): the sending node is damaged; start that node with an empty"
                    + " --storage.path"));
      }
    }
    List<Long> superseded = new ArrayList<>();
    Map<Long, String> conflicts = new HashMap<>();
    // A change up to this offset came before, in a state transfer or in a repeated message. A
    // second merge could bring back content whose delete has been collected here. States have no
    // offsets, so all of them are merged.
    long here = request.logId() == 0 ? -1 : state.offset(request.logId());
    long offset = request.first();
    for (Received received : states) {
      boolean isHere = offset <= here;
      if (isSuperseded(received) || (isHere && isGone(received))) {
        superseded.add(offset);
      }
      String conflict = isHere ? null : merge(received, batch);
      if (conflict != null) {
        conflicts.put(offset, conflict);
      }
      offset++;
    }
    reach(request);
    return new Merged(superseded, conflicts, state.clock().last());
  }

  private void reach(MergeRequest request) {
    state.versionVector().mayShow(request.shown());
    request.reached().forEach(state.versionVector()::reach);
    // Changes behind a gap are merged too, but the version vector does not count them.
    if (request.logId() != 0) {
      state.versionVector().arrived(request.logId(), request.first(), request.last());
    }
  }

  /**
   * Returns a version that only damage explains, or null. A version from the future is ordered like
   * any other, because a clock was wrong. A refusal would stop this node until that time.
   */
  private static @Nullable Version impossible(Received received) {
    Group group = received.group();
    if (group != null) {
      return impossible(group);
    }
    if (received.deletes() == null) {
      return impossible(requireNonNull(received.wipedAt()));
    }
    Version impossible = null;
    for (Group delete : received.deletes()) {
      impossible = either(impossible, impossible(delete));
    }
    return impossible;
  }

  private static @Nullable Version impossible(Group group) {
    Version impossible = either(impossible(group.deletedAt), impossible(group.replacedAt));
    impossible = either(impossible, impossible(new Version(group.expiredAt, Version.NO_NODE)));
    impossible = either(impossible, impossible(group.lastPush));
    impossible = either(impossible, impossible(group.lastFailure));
    for (Family family : group.families.values()) {
      impossible = either(impossible, impossible(family.version, family.claimedAt));
    }
    return impossible;
  }

  private static @Nullable Version either(@Nullable Version one, @Nullable Version other) {
    return one == null ? other : one;
  }

  private static @Nullable Version impossible(@Nullable Version version) {
    return version == null || version.isPossible() ? null : version;
  }

  private static @Nullable Version impossible(@Nullable PushStamp stamp) {
    return stamp == null ? null : impossible(stamp.version(), stamp.claimedAt());
  }

  /**
   * Returns an impossible claim or version, or null. An older claim wins a conflict, so a claim is
   * checked like a version.
   */
  private static @Nullable Version impossible(Version version, Version claimedAt) {
    boolean isClaimPossible = claimedAt.isPossible() && !claimedAt.isAfter(version);
    return isClaimPossible ? impossible(version) : claimedAt;
  }

  private static long newest(Received received) {
    if (received.group() != null) {
      return newest(received.group());
    }
    if (received.deletes() == null) {
      return requireNonNull(received.wipedAt()).clock();
    }
    long newest = 0;
    for (Group delete : received.deletes()) {
      newest = Math.max(newest, newest(delete));
    }
    return newest;
  }

  private static long newest(Group group) {
    Version newest = group.newest();
    for (Family family : group.families.values()) {
      newest = Version.later(newest, family.version);
    }
    return Math.max(group.expiredAt, newest == null ? 0 : newest.clock());
  }

  /**
   * Returns whether a change is superseded: this node has a newer version of the group, or a newer
   * wipe. A delete of many groups never is, because it leaves newer versions.
   */
  private boolean isSuperseded(Received received) {
    if (received.deletes() != null) {
      return false;
    }
    if (received.group() == null) {
      return Long.compareUnsigned(state.clock().last(), requireNonNull(received.wipedAt()).clock())
          > 0;
    }
    Group present = state.groups().get(received.group().key);
    Version newest = present == null ? null : present.newest();
    newest = Version.later(newest, state.groups().wipedAt());
    return Version.isLater(newest, received.group().newest());
  }

  /** Returns whether a repeated change's group is gone completely, even its tombstone. */
  private boolean isGone(Received received) {
    return received.group() != null && state.groups().get(received.group().key) == null;
  }

  /** Merges a change. Returns why a part of it is shadowed, or null. */
  private @Nullable String merge(Received received, CommitBatch batch) {
    long clockBefore = state.clock().last();
    state.clock().observe(newest(received));
    if (received.deletes() != null) {
      received.deletes().forEach(delete -> merge(delete, Map.of(), batch));
      return null;
    }
    if (received.group() == null) {
      wipe(requireNonNull(received.wipedAt()), clockBefore, batch);
      return null;
    }
    return merge(received.group(), received.records(), batch);
  }

  private @Nullable String merge(Group group, Map<String, byte[]> records, CommitBatch batch) {
    Group change = shared(group);
    if (isPurged(change) || isHereAlready(change)) {
      return null;
    }
    List<FamilyChange> changes = state.merge(change, batch);
    for (FamilyChange each : changes) {
      Family family = each.after();
      if (family != null) {
        batch.putFamily(family, requireNonNull(records.get(family.name())));
      }
    }
    return conflict(change.key, changes);
  }

  /** Returns an equal group that refers to equal objects of other groups. */
  private Group shared(Group received) {
    Group present = state.groups().get(received.key);
    Group shared = new Group(present == null ? received.key : present.key);
    shared.delete(received.deletedAt, received.expiredAt);
    shared.replacedAt = received.replacedAt;
    shared.lastPush = received.lastPush;
    shared.lastFailure = received.lastFailure;
    for (Family family : received.families.values()) {
      shared.families.put(
          family.sharing(shared.key, state.groups().shared(family.descriptor), family.version));
    }
    return shared;
  }

  /**
   * Returns whether the change is only a delete with a collected tombstone. All other nodes have
   * such a delete.
   */
  private boolean isPurged(Group change) {
    return change.isEmpty()
        && change.deletedAt != null
        && change.deletionClock() <= state.metadata().collectedWatermark()
        && state.groups().get(change.key) == null;
  }

  /**
   * Returns whether the change came before. After a lost answer a peer repeats a change, which then
   * writes nothing.
   */
  private boolean isHereAlready(Group change) {
    Group present = state.groups().get(change.key);
    return present != null && present.hasVersionsOf(change);
  }

  private @Nullable String conflict(GroupKey key, List<FamilyChange> changes) {
    for (FamilyChange change : changes) {
      Family settled = state.groups().family(key, change.name());
      if (settled != null && settled.shadowedSeries() > 0) {
        return "metric family \""
            + change.name()
            + "\" conflicts with an older push that another node took at the same time; "
            + settled.shadowedSeries()
            + " series are kept but not exposed until that is gone";
      }
    }
    return null;
  }

  private void wipe(Version version, long clockBefore, CommitBatch batch) {
    if (!Version.isLater(version, state.groups().wipedAt())) {
      return;
    }
    if (Long.compareUnsigned(clockBefore, version.clock()) < 0) {
      state.wipe(version, batch);
      return;
    }
    // Some groups can be newer than the wipe, and stay.
    batch.putWipe(version);
    state.groups().raiseWipe(version);
    for (GroupKey key : state.groups().keys()) {
      Group floor = new Group(key);
      floor.deletedAt = version;
      state.merge(floor, batch);
    }
  }
}
