package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.proto.store.StoreRecord;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.ReadOnlyDatabase;
import io.holdfast.storage.disk.RecordSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that no node uses, read from the disk without a change of it. Only one record is in
 * memory, so a store of any size can be read.
 *
 * <p>Confined to one thread.
 */
public final class StoreInspection implements AutoCloseable {
  private final Path directory;
  private final ReadOnlyDatabase database;
  private final RecordSnapshot records;
  private final long node;

  /**
   * The content of a store.
   *
   * @param node the store's identity
   * @param isOfCluster whether the store was in a cluster
   * @param tombstones deleted groups that the cluster still remembers
   * @param unfinishedBytes of a last write that was never acknowledged
   */
  public record Summary(
      long node,
      boolean isOfCluster,
      long groups,
      long tombstones,
      long families,
      long series,
      long bytes,
      long unfinishedBytes) {}

  /** A group of the store. A time or reason that the group does not have is empty. */
  public record Found(
      GroupKey key,
      Optional<Instant> lastPush,
      Optional<Instant> lastFailure,
      Optional<String> failureReason,
      Optional<Instant> expiresAt) {
    /** Returns whether no push has failed since the last successful push. */
    public boolean isLastPushSuccessful() {
      return lastFailure.isEmpty()
          || (lastPush.isPresent() && !lastFailure.get().isAfter(lastPush.get()));
    }
  }

  /** The receiver of a store's content, group by group. */
  public interface Receiver<E extends Exception> {
    void group(Found group) throws E;

    /** Receives a family of the last group. */
    void family(MetricFamily family) throws E;
  }

  private StoreInspection(Path directory, ReadOnlyDatabase database) throws StoreException {
    this.directory = directory;
    this.database = database;
    this.records = database.snapshot();
    this.node = identity();
  }

  /**
   * Opens the store in a directory.
   *
   * @throws StoreException in words for the operator, if there is no store, a node uses it, or it
   *     is damaged
   */
  public static StoreInspection open(Path directory) throws StoreException {
    ReadOnlyDatabase database;
    try {
      database = ReadOnlyDatabase.open(directory);
    } catch (DiskException e) {
      throw explained(e);
    }
    try {
      return new StoreInspection(directory, database);
    } catch (StoreException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Returns if the directory has a store that no node uses.
   *
   * @throws StoreException in words for the operator otherwise
   */
  public static void requireUnused(Path directory) throws StoreException {
    try {
      ReadOnlyDatabase.requireUnused(directory);
    } catch (DiskException e) {
      throw explained(e);
    }
  }

  private long identity() throws StoreException {
    byte[] value = get(RecordKeys.STORE);
    if (value == null) {
      throw new StoreException(
          directory + " holds a RocksDB that Holdfast has not made (expected: a --storage.path)");
    }
    try {
      StoreRecord record = StoreRecord.parseFrom(value);
      if (record.getFormat() != StoreLoader.FORMAT) {
        throw new StoreException(
            "the store in %s has format %d (expected: format %d)"
                .formatted(directory, record.getFormat(), StoreLoader.FORMAT));
      }
      return record.getNode();
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(RecordKeys.STORE, e);
    }
  }

  private byte @Nullable [] get(byte[] key) throws StoreException {
    try {
      return records.get(key);
    } catch (DiskException e) {
      throw explained(e);
    }
  }

  private static StoreException explained(DiskException e) {
    return new StoreException(String.valueOf(e.getMessage()), e);
  }

  private StoreException unreadable(byte[] key, Exception e) {
    return new StoreException(
        "the store in %s holds a record that is not of format %d: %s: %s"
            .formatted(
                directory,
                StoreLoader.FORMAT,
                new String(key, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?"),
                e.getMessage()),
        e);
  }

  /**
   * Compares all tables with their checksums, and reads all records.
   *
   * @param progress receives the number of records read, again and again
   * @throws StoreException if any of it is damaged
   */
  public Summary check(LongConsumer progress) throws StoreException {
    try {
      database.verifyChecksums();
    } catch (DiskException e) {
      throw explained(e);
    }
    long[] counts = new long[5];
    long read = 0;
    try (RecordSnapshot.Cursor cursor = records.cursor()) {
      for (byte[] key = cursor.seek(RecordKeys.FIRST_GROUP);
          key != null && Arrays.compareUnsigned(key, RecordKeys.BEHIND_GROUPS) < 0;
          key = cursor.next()) {
        byte[] value = cursor.value();
        counts[4] += key.length + value.length;
        count(key, value, counts);
        progress.accept(++read);
      }
    } catch (DiskException e) {
      throw explained(e);
    }
    boolean isOfCluster = get(RecordKeys.CLUSTER) != null;
    return new Summary(
        node,
        isOfCluster,
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        counts[4],
        database.unfinishedBytes());
  }

  private void count(byte[] key, byte[] value, long[] counts) throws StoreException {
    try {
      if (RecordKeys.isFamily(key)) {
        GroupKey unused = RecordKeys.groupOf(key);
        counts[2]++;
        counts[3] += family(value).getMetricCount();
      } else {
        counts[group(key, value).isEmpty() ? 1 : 0]++;
      }
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      throw unreadable(key, e);
    }
  }

  private static Group group(byte[] key, byte[] value) throws InvalidProtocolBufferException {
    Group group = new Group(RecordKeys.groupOf(key));
    Records.readGroup(value, group);
    return group;
  }

  private static MetricFamily family(byte[] value) throws InvalidProtocolBufferException {
    return MetricFamily.parseFrom(FamilyRecord.parseFrom(value).getMetricFamily());
  }

  /**
   * Reads all groups in order of their keys.
   *
   * @throws StoreException if the store is damaged
   */
  public <E extends Exception> void read(Receiver<E> receiver) throws StoreException, E {
    try (RecordSnapshot.Cursor groups = records.cursor();
        RecordSnapshot.Cursor families = records.cursor()) {
      for (byte[] key = groups.seek(RecordKeys.FIRST_GROUP);
          key != null && Arrays.compareUnsigned(key, RecordKeys.BEHIND_GROUPS) < 0;
          key = groups.next()) {
        if (RecordKeys.isFamily(key)) {
          continue;
        }
        Group group = group(key, groups.value());
        if (!group.isEmpty()) {
          receiver.group(found(group));
          families(key, families, receiver);
        }
      }
    } catch (DiskException e) {
      throw explained(e);
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(RecordKeys.FIRST_GROUP, e);
    }
  }

  /**
   * Reads the families of one group. Between them can be the records of groups whose labels begin
   * with the labels of this one.
   */
  private static <E extends Exception> void families(
      byte[] group, RecordSnapshot.Cursor cursor, Receiver<E> receiver)
      throws InvalidProtocolBufferException, E {
    for (byte[] key = cursor.seek(group);
        key != null && startsWith(key, group);
        key = cursor.next()) {
      if (RecordKeys.isFamily(key) && RecordKeys.groupOf(key).size() == group.length - 1) {
        receiver.family(family(cursor.value()));
      }
    }
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static Found found(Group group) {
    long expiry = group.expiresAtMillis();
    return new Found(
        group.key,
        time(group.lastPush),
        time(group.lastFailure),
        group.lastFailure == null
            ? Optional.empty()
            : Optional.ofNullable(group.lastFailure.reason()),
        expiry == Group.NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expiry)));
  }

  private static Optional<Instant> time(@Nullable PushStamp stamp) {
    return stamp == null ? Optional.empty() : Optional.of(PushTimes.time(stamp.unixSeconds()));
  }

  @Override
  public void close() {
    records.close();
    database.close();
  }
}
