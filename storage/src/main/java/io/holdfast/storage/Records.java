package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.cluster.GroupDeletes;
import io.holdfast.proto.cluster.ReplicatedState;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.proto.store.GroupRecord;
import io.holdfast.proto.store.StoredPushStamp;
import io.holdfast.proto.store.StoredVersion;

/** The conversion of groups and families to the store's records and back. */
final class Records {
  private Records() {}

  static byte[] group(Group group) {
    return record(group).toByteArray();
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

  /** Reads the group's own fields from its record. */
  static void readGroup(byte[] value, Group into) throws InvalidProtocolBufferException {
    readGroup(GroupRecord.parseFrom(value), into);
  }

  static void readGroup(GroupRecord record, Group into) {
    into.deletedAt = record.hasDeletedAt() ? version(record.getDeletedAt()) : null;
    into.expiredAt = record.getExpiredAt();
    into.replacedAt = record.hasReplacedAt() ? version(record.getReplacedAt()) : null;
    into.lastPush = record.hasLastPush() ? stamp(record.getLastPush()) : null;
    into.lastFailure = record.hasLastFailure() ? stamp(record.getLastFailure()) : null;
  }

  static Family readFamily(byte[] value, GroupKey group) throws InvalidProtocolBufferException {
    FamilyRecord record = FamilyRecord.parseFrom(value);
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
