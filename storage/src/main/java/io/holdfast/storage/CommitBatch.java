package io.holdfast.storage;

import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.WipeRecord;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;

/**
 * The records that one commit writes, all of them or none, and what it tells other nodes.
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

  /** Returns the family's record, for who sends it on. */
  byte[] putFamily(Family family, long pushedAtNanos, byte[] encoded) throws RocksDBException {
    byte[] record = Records.family(family, pushedAtNanos, encoded);
    putFamily(family, record);
    return record;
  }

  void putFamily(Family family, byte[] record) throws RocksDBException {
    writes.put(RecordKeys.family(family.group, family.name()), record);
  }

  void deleteFamily(Family family) throws RocksDBException {
    writes.delete(RecordKeys.family(family.group, family.name()));
  }

  void putGroup(Group group) throws RocksDBException {
    writes.put(RecordKeys.group(group.key), Records.group(group));
  }

  void deleteGroup(GroupKey group) throws RocksDBException {
    writes.delete(RecordKeys.group(group));
  }

  void deleteAllGroups() throws RocksDBException {
    hasWiped = true;
    writes.deleteRange(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS);
  }

  void putWipe(Version wipedAt) throws RocksDBException {
    writes.put(
        RecordKeys.WIPE,
        WipeRecord.newBuilder().setWipedAt(Records.stored(wipedAt)).build().toByteArray());
  }

  /** Keeps versions from going back after a restart, whatever the wall clock does. */
  void putClock(long last) throws RocksDBException {
    writes.put(RecordKeys.CLOCK, ClockRecord.newBuilder().setLast(last).build().toByteArray());
  }

  void putNotes(ClusterNotes notes) throws RocksDBException {
    writes.put(RecordKeys.CLUSTER, notes.record().toByteArray());
  }

  void putTakeover(Takeover takeover) throws RocksDBException {
    writes.put(RecordKeys.TAKEOVER, takeover.record().toByteArray());
  }

  /** Adds an own change to those that other nodes are told. */
  void replicate(byte[] change) {
    replicated.add(change);
  }

  /** Own changes, in order; a new list. */
  List<byte[]> replicated() {
    return List.copyOf(replicated);
  }

  /** Whether all groups were deleted at once. */
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
