package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.disk.RecordSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot: the {@link Exposition} of one commit, and the records behind it with their whole
 * messages.
 *
 * <p>Taking a snapshot waits at most for the current commit. A snapshot costs the memory of the
 * content that has changed since, like an exposition. A snapshot also costs the disk space of the
 * records that were deleted since. No push waits for it. Reads come from the disk, or from the
 * system's cache of it, one record at a time.
 *
 * <p>A snapshot must be closed. Its database can end before: the store was closed, or opened again
 * after a failure of the disk. Then reads throw {@link SnapshotException}, but {@link #exposition}
 * still works.
 *
 * <p>Concurrency: any threads may use it, and one thread at a time each of its readers.
 */
public final class Snapshot implements AutoCloseable {
  private final ReplicaState replicaState;
  private final RecordSnapshot records;

  /**
   * Creates a snapshot.
   *
   * @param records of exactly this state; become the snapshot's own
   */
  Snapshot(ReplicaState replicaState, RecordSnapshot records) {
    this.replicaState = replicaState;
    this.records = new ReadableRecords(records);
  }

  /**
   * Returns the exposition of the same commit. A caller may use it after the snapshot was closed.
   */
  public Exposition exposition() {
    return replicaState.exposition();
  }

  /** Returns the replica state of the same commit. */
  public ReplicaState replicaState() {
    return replicaState;
  }

  /**
   * Returns a reader for a scrape in any format; see {@link Exposition#reader}. Content that has
   * not changed since the last scrape is neither read nor rendered again. The reader throws {@link
   * SnapshotException} if the database has ended. The snapshot must stay open until the end of the
   * reader.
   *
   * @param own the self metrics, in order of their names
   */
  public ExpositionReader reader(ExpositionRequest request, List<SelfMetricFamily> own) {
    return exposition().reader(request, own, this);
  }

  /** Returns a reader of all groups with their families, in order of the grouping keys. */
  public GroupReader groups() {
    return new GroupReader(exposition(), records.cursor(), null);
  }

  /** Returns a reader of this group alone, if the group is there. */
  public GroupReader group(GroupKey key) {
    return new GroupReader(exposition(), records.cursor(), key);
  }

  /**
   * Returns the messages of these families of the exposition, in their order. One call for many
   * families is faster than many calls. The call needs as much memory as their encoded forms.
   */
  List<StoredFamily> messages(List<Family> families) {
    List<byte[]> keys = new ArrayList<>(families.size());
    for (Family family : families) {
      if (!PushTimes.isReserved(family.name())) {
        keys.add(RecordKeys.family(family.group, family.name()));
      }
    }
    List<byte @Nullable []> values = keys.isEmpty() ? List.of() : records.get(keys);
    List<StoredFamily> messages = new ArrayList<>(families.size());
    int next = 0;
    for (Family family : families) {
      messages.add(
          PushTimes.isReserved(family.name())
              ? StoredFamily.ofPushTime(family)
              : StoredFamily.ofRecord(family, present(family, values.get(next++))));
    }
    return messages;
  }

  private static byte[] present(Family family, byte @Nullable [] record) {
    if (record == null) {
      throw new SnapshotException(
          "the record of family " + family.name() + " in group " + family.group + " is missing",
          null);
    }
    return record;
  }

  static SnapshotException unreadable(InvalidProtocolBufferException e) {
    return new SnapshotException("the store holds a record that is not readable: " + e, e);
  }

  RecordSnapshot records() {
    return records;
  }

  /** Closes the snapshot. A second call does nothing. */
  @Override
  public void close() {
    records.close();
  }
}
