package io.holdfast.storage;

import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.WipeRecord;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The records that one commit writes, all of them or none. */
final class CommitBatch implements AutoCloseable {
  private final WriteBatch batch = new WriteBatch();

  void putFamily(Family family, long pushedAtNanos, byte[] encoded) throws RocksDBException {
    batch.put(
        RecordKeys.family(family.group, family.name()),
        Records.family(family, pushedAtNanos, encoded));
  }

  void deleteFamily(Family family) throws RocksDBException {
    batch.delete(RecordKeys.family(family.group, family.name()));
  }

  void putGroup(Group group) throws RocksDBException {
    batch.put(RecordKeys.group(group.key), Records.group(group));
  }

  void deleteGroup(GroupKey group) throws RocksDBException {
    batch.delete(RecordKeys.group(group));
  }

  void wipe(Version wipedAt) throws RocksDBException {
    batch.deleteRange(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS);
    batch.put(
        RecordKeys.WIPE,
        WipeRecord.newBuilder().setWipedAt(Records.stored(wipedAt)).build().toByteArray());
  }

  /** Keeps versions from going back after a restart, whatever the wall clock does. */
  void putClock(long last) throws RocksDBException {
    batch.put(RecordKeys.CLOCK, ClockRecord.newBuilder().setLast(last).build().toByteArray());
  }

  boolean isEmpty() {
    return batch.count() == 0;
  }

  long bytes() {
    return batch.getDataSize();
  }

  void writeTo(RocksDatabase database) throws RocksDBException {
    database.write(batch);
  }

  void clear() {
    batch.clear();
  }

  @Override
  public void close() {
    batch.close();
  }
}
