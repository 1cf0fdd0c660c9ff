package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.cluster.GroupDeletes;
import io.holdfast.proto.cluster.ReplicatedState;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.ChangeRecord;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.proto.store.GroupRecord;
import io.holdfast.proto.store.StoredPushStamp;
import io.holdfast.proto.store.StoredVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conversion of groups and families to the store's records and back. */
final class Records {
  private Records() {}

  /**
   * Returns the record of a change.
   *
   * @param group null if a later record of the same change has the group
   * @param families encoded, in order of their names
   */
  static byte[] change(@Nullable Group group, List<byte[]> families) {
    ChangeRecord.Builder change = ChangeRecord.newBuilder();
    if (group != null) {
      change.setGroup(record(group));
    }
    for (byte[] family : families) {
      change.addFamilies(UnsafeByteOperations.unsafeWrap(family));
    }
    return change.build().toByteArray();
  }

  private static GroupRecord record(Group group) {
    GroupRecord.Builder record = GroupRecord.newBuilder();
    if (group.deletedAt != null) {
      record.setDeletedAt(stored(group.deletedAt)).setExpiredAt(group.expiredAt);
    }
    if (group.replacedAt != null) {
      record.setReplacedAt(stored(group.replacedAt));
    }
    if (group.lastPush != null) {
      record.setLastPush(stored(group.lastPush));
    }
    if (group.lastFailure != null) {
      record.setLastFailure(stored(group.lastFailure));
    }
    return record.build();
  }

  /** Returns a group's state, or a change of it, encoded for peers. */
  static byte[] replicated(Group group, Iterable<byte[]> familyRecords) {
    ReplicatedState.Builder state =
        ReplicatedState.newBuilder()
            .setGroupingKey(UnsafeByteOperations.unsafeWrap(group.key.encoded()))
            .setGroup(record(group));
    for (byte[] record : familyRecords) {
      state.addFamilies(UnsafeByteOperations.unsafeWrap(record));
    }
    return state.build().toByteArray();
  }

  /** Returns the delete of many groups, encoded for peers. */
  static byte[] replicated(GroupDeletes deletes) {
    return ReplicatedState.newBuilder().setDeletes(deletes).build().toByteArray();
  }

  static byte[] replicatedWipe(Version wipedAt) {
    return ReplicatedState.newBuilder().setWipedAt(stored(wipedAt)).build().toByteArray();
  }

  static byte[] family(Family family, long pushedAtNanos, byte[] encoded) {
    return FamilyRecord.newBuilder()
        .setVersion(stored(family.version))
        .setClaimedAt(stored(family.claimedAt))
        .setPushedAtNanos(pushedAtNanos)
        // The array is never changed, because a PushedFamily is immutable.
        .setMetricFamily(UnsafeByteOperations.unsafeWrap(encoded))
        .build()
        .toByteArray();
  }

  static void readGroup(GroupRecord record, Group into) {
    into.deletedAt = record.hasDeletedAt() ? version(record.getDeletedAt()) : null;
    into.expiredAt = record.getExpiredAt();
    into.replacedAt = record.hasReplacedAt() ? version(record.getReplacedAt()) : null;
    into.lastPush = record.hasLastPush() ? stamp(record.getLastPush()) : null;
    into.lastFailure = record.hasLastFailure() ? stamp(record.getLastFailure()) : null;
  }

  /** Returns a family as it was sent or stored. The result refers to no record yet. */
  static Family readFamily(FamilyRecord record, GroupKey group)
      throws InvalidProtocolBufferException {
    PushedFamily content =
        PushPreparation.restore(MetricFamily.parseFrom(record.getMetricFamily()));
    Version version = version(record.getVersion());
    Version claimedAt = version(record.getClaimedAt());
    return new Family(group, content, version, claimedAt.equals(version) ? version : claimedAt);
  }

  static StoredVersion stored(Version version) {
    return StoredVersion.newBuilder().setClock(version.clock()).setNode(version.node()).build();
  }

  static Version version(StoredVersion stored) {
    return new Version(stored.getClock(), stored.getNode());
  }

  static StoredPushStamp stored(PushStamp stamp) {
    StoredPushStamp.Builder stored =
        StoredPushStamp.newBuilder()
            .setVersion(stored(stamp.version()))
            .setUnixSeconds(stamp.unixSeconds())
            .setClaimedAt(stored(stamp.claimedAt()))
            .setTtlMillis(stamp.ttlMillis());
    if (stamp.reason() != null) {
      stored.setReason(stamp.reason());
    }
    return stored.build();
  }

  static PushStamp stamp(StoredPushStamp stored) {
    return new PushStamp(
        version(stored.getVersion()),
        stored.getUnixSeconds(),
        version(stored.getClaimedAt()),
        stored.hasReason() ? stored.getReason() : null,
        stored.getTtlMillis());
  }
}
