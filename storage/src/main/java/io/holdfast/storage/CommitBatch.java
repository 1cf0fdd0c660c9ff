package io.holdfast.storage;

import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.WipeRecord;
import io.holdfast.storage.disk.RecordWrites;
import java.util.ArrayList;
import java.util.List;

/**
 * The records that one commit writes, all or none, and the changes that the commit sends to peers.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class CommitBatch {
  private final RecordWrites writes;
  private final List<byte[]> replicated = new ArrayList<>();
  private boolean hasWiped;

  CommitBatch(RecordWrites writes) {
    this.writes = writes;
  }

  /** Adds a family's record and returns the record, so that the caller can send it to peers. */
  byte[] putFamily(Family family, long pushedAtNanos, byte[] encoded) {
    byte[] record = Records.family(family, pushedAtNanos, encoded);
    putFamily(family, record);
    return record;
  }

  void putFamily(Family family, byte[] record) {
    writes.put(RecordKeys.family(family.group, family.name()), record);
  }

  void deleteFamily(Family family) {
    writes.delete(RecordKeys.family(family.group, family.name()));
  }

  void putGroup(Group group) {
    writes.put(RecordKeys.group(group.key), Records.group(group));
  }

  void deleteGroup(GroupKey group) {
    writes.delete(RecordKeys.group(group));
  }

  void deleteAllGroups() {
    hasWiped = true;
    writes.deleteRange(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS);
  }

  void putWipe(Version wipedAt) {
    writes.put(
        RecordKeys.WIPE,
        WipeRecord.newBuilder().setWipedAt(Records.stored(wipedAt)).build().toByteArray());
  }

  /**
   * Stores the clock, so that versions never go back after a restart, whatever the wall clock
   * shows.
   */
  void putClock(long last) {
    writes.put(RecordKeys.CLOCK, ClockRecord.newBuilder().setLast(last).build().toByteArray());
  }

  void putMetadata(ClusterMetadata metadata) {
    writes.put(RecordKeys.CLUSTER, metadata.record().toByteArray());
  }

  void putMigration(Migration migration) {
    writes.put(RecordKeys.MIGRATION, migration.record().toByteArray());
  }

  /** Adds a change of this node to the changes that peers receive. */
  void replicate(byte[] change) {
    replicated.add(change);
  }

  /** Returns this node's changes in order, as a new list. */
  List<byte[]> replicated() {
    return List.copyOf(replicated);
  }

  /** Returns whether the batch deletes all groups at once. */
  boolean hasWiped() {
    return hasWiped;
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }

  long bytes() {
    return writes.bytes();
  }

  void clear() {
    writes.clear();
    replicated.clear();
    hasWiped = false;
  }
}
