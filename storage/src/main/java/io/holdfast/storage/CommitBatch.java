package io.holdfast.storage;

import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.WipeRecord;
import io.holdfast.storage.disk.RecordWrites;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records that one commit writes, all or none, and the changes that the commit sends to peers.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class CommitBatch {
  private static final long NO_RECORD = -1;

  private final RecordWrites writes;
  private final List<byte[]> replicated = new ArrayList<>();
  private boolean hasWiped;

  /** The highest clock reading in the records, and the number of the record that has it. */
  private long shownClock;

  private long shownBy = NO_RECORD;

  CommitBatch(RecordWrites writes) {
    this.writes = writes;
  }

  /**
   * Adds a record of a group.
   *
   * @param group the group's fields after the change, or null if a later record has them
   * @param families the encoded families, in order of their names
   */
  void put(StoredRecord record, @Nullable Group group, List<byte[]> families) {
    writes.put(RecordKeys.of(record), Records.change(group, families));
    if (group != null && group.newestClock() > shownClock) {
      shownClock = group.newestClock();
      shownBy = record.number;
    }
  }

  void delete(StoredRecord record) {
    writes.delete(RecordKeys.of(record));
    if (record.number == shownBy) {
      shownClock = 0;
      shownBy = NO_RECORD;
    }
  }

  void deleteAllGroups() {
    hasWiped = true;
    shownClock = 0;
    shownBy = NO_RECORD;
    writes.deleteRange(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS);
  }

  void putWipe(Version wipedAt) {
    writes.put(
        RecordKeys.WIPE,
        WipeRecord.newBuilder().setWipedAt(Records.stored(wipedAt)).build().toByteArray());
    if (wipedAt.clock() > shownClock) {
      shownClock = wipedAt.clock();
      shownBy = NO_RECORD;
    }
  }

  /**
   * Stores the clock, so that versions never go back after a restart, whatever the wall clock
   * shows. The clock needs no record of its own if a version in the batch is the clock's last
   * reading. A later batch that deletes that version has the clock itself again.
   */
  void putClock(long last) {
    if (last > shownClock) {
      writes.put(RecordKeys.CLOCK, ClockRecord.newBuilder().setLast(last).build().toByteArray());
    }
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
    shownClock = 0;
    shownBy = NO_RECORD;
  }
}
