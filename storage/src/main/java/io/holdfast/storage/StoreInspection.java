package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.GroupRecord;
import io.holdfast.proto.store.StoreRecord;
import io.holdfast.proto.store.WipeRecord;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.ReadOnlyDatabase;
import io.holdfast.storage.disk.RecordSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that no node uses, read from the disk without a change of it. A few records of one group
 * are in memory, and the names of its families, so a store of any size can be read.
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
    Counts counts = new Counts();
    Version wipedAt = wipedAt();
    long read = 0;
    try (RecordSnapshot.Cursor cursor = records.cursor()) {
      for (byte[] key = cursor.seek(RecordKeys.FIRST_GROUP);
          key != null && key[0] == RecordKeys.FIRST_GROUP[0];
          key = cursor.next()) {
        byte[] value = cursor.value();
        counts.bytes += key.length + value.length;
        count(key, value, wipedAt, counts);
        progress.accept(++read);
      }
      counts.leaveGroup(wipedAt);
    } catch (DiskException e) {
      throw explained(e);
    }
    boolean isOfCluster = get(RecordKeys.CLUSTER) != null;
    return new Summary(
        node,
        isOfCluster,
        counts.groups,
        counts.tombstones,
        counts.families,
        counts.series,
        counts.bytes,
        database.unfinishedBytes());
  }

  private @Nullable Version wipedAt() throws StoreException {
    byte[] value = get(RecordKeys.WIPE);
    try {
      return value == null ? null : Records.version(WipeRecord.parseFrom(value).getWipedAt());
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(RecordKeys.WIPE, e);
    }
  }

  /** A family of a record. */
  private record FoundFamily(long number, Version version, int series) {}

  /** What was read so far. */
  private static final class Counts {
    long groups;
    long tombstones;
    long families;
    long series;
    long bytes;

    private @Nullable GroupKey group;
    private GroupRecord newest = GroupRecord.getDefaultInstance();
    private final Map<String, FoundFamily> found = new HashMap<>();

    /** Moves to this group, unless it is the current one. */
    void enter(GroupKey key, @Nullable Version wipedAt) {
      if (group == null || !key.equals(group)) {
        leaveGroup(wipedAt);
        group = key;
      }
    }

    void leaveGroup(@Nullable Version wipedAt) {
      GroupKey key = group;
      if (key == null) {
        return;
      }
      Group read = group(key, newest, wipedAt);
      int present = 0;
      for (FoundFamily family : found.values()) {
        if (GroupMerge.isVisible(read, family.version)) {
          present++;
          series += family.series;
        }
      }
      families += present;
      if (present == 0 && read.isEmpty()) {
        tombstones++;
      } else {
        groups++;
      }
      found.clear();
      group = null;
    }
  }

  private void count(byte[] key, byte[] value, @Nullable Version wipedAt, Counts counts)
      throws StoreException {
    try {
      counts.enter(RecordKeys.groupOf(key), wipedAt);
      long number = RecordKeys.numberOf(key);
      RecordContent content = new RecordContent(value);
      counts.newest = content.group();
      for (RecordContent.Part part : content.families()) {
        MetricFamily family = family(part);
        counts.found.put(
            family.getName(),
            new FoundFamily(
                number, Records.version(part.record().getVersion()), family.getMetricCount()));
      }
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      throw unreadable(key, e);
    }
  }

  /** Returns a group without its families, with the floor of the wipe. */
  private static Group group(GroupKey key, GroupRecord record, @Nullable Version wipedAt) {
    Group group = new Group(key);
    Records.readGroup(record, group);
    GroupMerge.wipe(group, wipedAt);
    return group;
  }

  private static MetricFamily family(RecordContent.Part part)
      throws InvalidProtocolBufferException {
    return MetricFamily.parseFrom(part.record().getMetricFamily());
  }

  /**
   * Reads all groups in order of their keys.
   *
   * @throws StoreException if the store is damaged
   */
  public <E extends Exception> void read(Receiver<E> receiver) throws StoreException, E {
    Version wipedAt = wipedAt();
    try (GroupCursor groups = new GroupCursor(records.cursor())) {
      for (boolean isThere = groups.first(); isThere; isThere = groups.next()) {
        Group group = group(groups.key(), groups.newest(), wipedAt);
        if (!group.isEmpty()) {
          receiver.group(found(group));
          families(group, groups, receiver);
        }
      }
    } catch (DiskException e) {
      throw explained(e);
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(RecordKeys.FIRST_GROUP, e);
    }
  }

  /** Reads the families of one group, in order of their names. The newest of each name counts. */
  private static <E extends Exception> void families(
      Group group, GroupCursor cursor, Receiver<E> receiver)
      throws InvalidProtocolBufferException, E {
    Map<String, FoundFamily> found = new TreeMap<>();
    for (long number : cursor.numbers()) {
      for (RecordContent.Part part : cursor.content(number).families()) {
        Version version = Records.version(part.record().getVersion());
        found.put(part.name(), new FoundFamily(number, version, 0));
      }
    }
    for (Map.Entry<String, FoundFamily> each : found.entrySet()) {
      FoundFamily family = each.getValue();
      if (GroupMerge.isVisible(group, family.version)) {
        RecordContent.Part part = cursor.content(family.number).family(each.getKey());
        receiver.family(family(requireNonNull(part)));
      }
    }
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
