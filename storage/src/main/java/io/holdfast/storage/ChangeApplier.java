package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.storage.SelectedGroups.Selected;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Kept;
import io.holdfast.storage.WriteOutcome.Rejected;
import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The maker of this node's own changes. The applier checks a push, gives the push a version and
 * merges the push. The records of the change go into the batch. In a replicated store, the message
 * for peers goes there too.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class ChangeApplier {
  private final StoreState state;
  private final GroupLimits limits;
  private final long maximumBytes;

  ChangeApplier(StoreState state) {
    this(state, GroupLimits.NONE, Long.MAX_VALUE);
  }

  /**
   * Creates an applier with limits.
   *
   * @param maximumBytes the heap that groups can take; a change that needs more is refused
   */
  ChangeApplier(StoreState state, GroupLimits limits, long maximumBytes) {
    this.state = state;
    this.limits = limits;
    this.maximumBytes = maximumBytes;
  }

  WriteOutcome apply(Change change, CommitBatch batch) {
    // A refused push always gets the answer with its own reason. Its failure time is stored only
    // while there is memory for it.
    if (!(change instanceof Change.FailedPush)) {
      Refusal refusal = tooMuchMemory(state.groups().growth(change));
      if (refusal != null) {
        return new Unavailable(refusal);
      }
    }
    return applyOne(change, batch);
  }

  private @Nullable Refusal tooMuchMemory(long growth) {
    long present = state.groups().memoryBytes();
    if (growth <= 0 || present + growth <= maximumBytes) {
      return null;
    }
    return new Refusal(
        Refusal.Code.MEMORY_FULL,
        "the groups take "
            + present
            + " bytes of memory (expected: at most "
            + maximumBytes
            + "): delete some, or start Holdfast with a larger heap (-Xmx)");
  }

  private WriteOutcome applyOne(Change change, CommitBatch batch) {
    if (change instanceof Change.Push push) {
      Rejection tooMuch = tooMuch(push);
      return push(push, tooMuch == null ? state.index().check(push) : tooMuch, batch);
    }
    if (change instanceof Change.Unchecked unchecked) {
      return push(unchecked.push(), tooMuch(unchecked.push()), batch);
    }
    if (change instanceof Change.FailedPush failed) {
      return rejected(failed, batch);
    }
    if (change instanceof Change.Restore restore) {
      return restore(restore, batch);
    }
    if (change instanceof Change.Reissue reissue) {
      state.clock().observe(reissue.above());
      // The change was accepted once, and peers can have a copy. The limits are not checked again.
      return applyOne(reissue.change(), batch);
    }
    if (change instanceof Change.Delete delete) {
      delete(delete.group(), batch);
    } else if (change instanceof Change.Expire expire) {
      state.groups().expired(expire.nowMillis(), expire.limit()).forEach(key -> expire(key, batch));
    } else if (change instanceof Change.DeleteSelected selected) {
      delete(selected.groups().groups(), batch);
    } else {
      wipe(batch);
    }
    return applied();
  }

  private @Nullable Rejection tooMuch(Change.Push push) {
    Groups groups = state.groups();
    Rejection rejection = limits.checkGroups(groups, push.group());
    return rejection == null ? limits.checkSeries(groups.get(push.group()), push) : rejection;
  }

  private WriteOutcome push(Change.Push push, @Nullable Rejection rejection, CommitBatch batch) {
    if (rejection != null) {
      return rejected(
          new Change.FailedPush(push.group(), push.receivedAtNanos(), rejection, push.ttlMillis()),
          batch);
    }
    push(push, batch);
    return applied();
  }

  private Rejected rejected(Change.FailedPush failed, CommitBatch batch) {
    // The failure time can create a group, so the limits hold for the failure time too.
    long growth = state.groups().growth(failed);
    if (limits.checkGroups(state.groups(), failed.group()) == null
        && tooMuchMemory(growth) == null) {
      failedPush(failed, batch);
    }
    return new Rejected(failed.rejection());
  }

  private Applied applied() {
    return state.groups().isReplicated()
        ? new Applied(state.logId(), state.offset(state.logId()))
        : new Applied();
  }

  private void push(Change.Push push, CommitBatch batch) {
    Version version = state.nextVersion();
    Groups groups = state.groups();
    Group present = groups.get(push.group());
    Group change = new Group(present == null ? push.group() : present.key);
    change.replacedAt = push.replace() ? version : null;
    change.lastPush =
        new PushStamp(
            version, push.receivedAtNanos() / 1e9, claim(present, version), null, push.ttlMillis());
    for (PushedFamily family : push.families().values()) {
      Family before = present == null ? null : present.families.get(family.name());
      Descriptor descriptor = groups.shared(family.descriptor());
      change.families.put(Family.pushed(change.key, descriptor, family, version, before));
    }
    List<byte[]> records = new ArrayList<>(push.families().size());
    for (FamilyChange merged : state.merge(change, batch)) {
      Family family = merged.after();
      if (family != null) {
        PushedFamily content = requireNonNull(push.families().get(family.name()));
        records.add(batch.putFamily(family, push.receivedAtNanos(), content.encoded()));
      }
    }
    replicate(change, records, batch);
  }

  /** Replaces a group by the group of a backup, in one change with all its stamps. */
  private WriteOutcome restore(Change.Restore restore, CommitBatch batch) {
    RestoredGroup from = restore.group();
    Group present = state.groups().get(from.key());
    boolean isExpired = from.expiresAtMillis() <= state.clock().wallMillis();
    if (isExpired || restore.keeps(present)) {
      return new Kept(isExpired);
    }
    Rejection tooMany = limits.checkGroups(state.groups(), from.key());
    if (tooMany != null) {
      return new Rejected(tooMany);
    }
    Version floor = state.nextVersion();
    // The clock is not looked at again: a pause of the process must not make the versions later.
    Version first = state.followingVersion();
    Version second = state.followingVersion();
    Group change = from.stamped(present == null ? from.key() : present.key, first, second);
    if (present != null || state.groups().isReplicated()) {
      // Content and floor are one change, so the group is never absent between the two.
      change.deletedAt = floor;
    }
    for (RestoredGroup.RestoredFamily family : from.families().values()) {
      Family restored =
          new Family(
              change.key, family.content(), first, RestoredGroup.claim(family.claimedAt(), first));
      Descriptor descriptor = state.groups().shared(restored.descriptor);
      change.families.put(restored.sharing(change.key, descriptor, first));
    }
    List<byte[]> records = new ArrayList<>(from.families().size());
    for (FamilyChange merged : state.merge(change, batch)) {
      Family family = merged.after();
      if (family != null) {
        RestoredGroup.RestoredFamily content = requireNonNull(from.families().get(family.name()));
        records.add(batch.putFamily(family, content.pushedAtNanos(), content.content().encoded()));
      }
    }
    replicate(change, records, batch);
    return applied();
  }

  private void failedPush(Change.FailedPush failed, CommitBatch batch) {
    Version version = state.nextVersion();
    Group present = state.groups().get(failed.group());
    Group change = new Group(present == null ? failed.group() : present.key);
    change.lastFailure =
        new PushStamp(
            version,
            failed.receivedAtNanos() / 1e9,
            claim(present, version),
            failed.rejection().message(),
            failed.ttlMillis());
    state.merge(change, batch);
    replicate(change, List.of(), batch);
  }

  /** Returns the version since which the group has stamps, when it gets a stamp of this version. */
  private static Version claim(@Nullable Group present, Version version) {
    Version since = present == null ? null : present.stampsClaimedAt();
    return since == null ? version : since;
  }

  private void delete(GroupKey group, CommitBatch batch) {
    Group present = state.groups().get(group);
    // A peer can have a group that this node lacks, so a replicated store always records the
    // delete.
    if (present == null && !state.groups().isReplicated()) {
      return;
    }
    Group change = new Group(present == null ? group : present.key);
    change.deletedAt = state.nextVersion();
    state.merge(change, batch);
    replicate(change, List.of(), batch);
  }

  /**
   * Deletes a group up to its newest version. A new version as the floor would delete a push that
   * another node takes at the same time.
   */
  private void expire(GroupKey key, CommitBatch batch) {
    Group present = requireNonNull(state.groups().get(key));
    Group change = new Group(present.key);
    change.delete(requireNonNull(present.newest()), state.clock().next());
    state.merge(change, batch);
    replicate(change, List.of(), batch);
    state.groups().noteExpired();
  }

  /**
   * Deletes many groups in one change, each up to its own floor. A new version as the floor would
   * delete a push that came after the selection.
   */
  private void delete(List<Selected> selected, CommitBatch batch) {
    if (selected.isEmpty()) {
      // A change without records is not sent to peers, so it must have no offset.
      return;
    }
    // The clock is never below a version that is here, or a wipe would drop newer floors.
    selected.forEach(each -> state.clock().observe(each.floor().clock()));
    long madeAt = state.clock().next();
    for (Selected each : selected) {
      Group present = state.groups().get(each.key());
      // A peer can have a group that this node lacks, so a replicated store always records the
      // delete.
      if (present != null || state.groups().isReplicated()) {
        GroupKey key = present == null ? each.key() : present.key;
        state.merge(DeletesMessage.change(key, each.floor(), madeAt), batch);
      }
    }
    if (state.groups().isReplicated()) {
      number();
      batch.replicate(Records.replicated(DeletesMessage.of(selected, madeAt)));
    }
  }

  private void wipe(CommitBatch batch) {
    Version version = state.nextVersion();
    state.wipe(version, batch);
    if (state.groups().isReplicated()) {
      number();
      batch.replicate(Records.replicatedWipe(version));
    }
  }

  private void replicate(Group change, List<byte[]> records, CommitBatch batch) {
    if (state.groups().isReplicated()) {
      number();
      batch.replicate(Records.replicated(change, records));
    }
  }

  private void number() {
    state.versionVector().reach(state.logId(), state.offset(state.logId()) + 1);
  }
}
