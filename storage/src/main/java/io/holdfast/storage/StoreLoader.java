package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.store.ChangeRecord;
import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.ClusterRecord;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.proto.store.MigrationRecord;
import io.holdfast.proto.store.StoreRecord;
import io.holdfast.proto.store.WipeRecord;
import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.RecordStore;
import io.holdfast.storage.disk.RecordWrites;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader of a whole store into memory. As many threads as there are processors parse and render
 * the records. One thread assembles the results in order.
 */
final class StoreLoader {
  /** The layout of keys and values. This code reads and writes this format only. */
  static final int FORMAT = 1;

  private static final Logger log = LoggerFactory.getLogger(StoreLoader.class);
  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);
  private static final int RECORDS_PER_TASK = 512;

  /** Messages take ten to fifteen times their encoded size while they are read. */
  private static final long BYTES_PER_TASK = 256 << 10;

  private final RecordStore database;
  private final @Nullable Replicated replicated;
  private final Setting setting;

  /**
   * The setting of a store.
   *
   * @param directory for messages to the operator
   * @param maximumBytes the heap that groups can take
   * @param random draws the identities of stores and logs
   * @param nanos measures the time for reports of the progress
   */
  record Setting(
      Path directory,
      ReservedNames reserved,
      long maximumBytes,
      RandomGenerator random,
      LongSupplier nanos) {

    static Setting of(StoreOptions options) {
      return new Setting(
          options.directory(),
          new ReservedNames(options.rules().reserved()),
          options.capacity().maximumMemoryBytes(),
          new SecureRandom(),
          options.surroundings().nanos());
    }
  }

  /** The content of a store, and the log of its future changes. */
  record Loaded(
      Groups groups,
      StoreState.Identity identity,
      ClusterMetadata metadata,
      long clock,
      Migration migration) {}

  private record RawRecord(byte[] key, byte[] value) {}

  /** A record that was read, with the group's fields and the families that it has. */
  private record ReadRecord(long number, Group content) {}

  /** A failure to parse the record of a group or family. */
  @SuppressWarnings("serial") // Never leaves this class.
  private static final class UnreadableException extends Exception {
    UnreadableException(byte[] key, Exception cause) {
      super("key " + printable(key) + ": " + cause.getMessage(), cause);
    }

    private static String printable(byte[] key) {
      StringBuilder text = new StringBuilder();
      for (byte each : key) {
        if (each > ' ' && each < 0x7f) {
          text.append((char) each);
        } else {
          text.append("\\x").append(HexFormat.of().toHexDigits(each));
        }
      }
      return text.toString();
    }
  }

  StoreLoader(RecordStore database, @Nullable Replicated replicated, Setting setting) {
    this.database = database;
    this.replicated = replicated;
    this.setting = setting;
  }

  /**
   * Reads the whole store.
   *
   * @throws DiskException if the disk cannot be read
   */
  Loaded load() throws StoreException {
    try {
      long node = identity();
      StoreState.Identity identity = new StoreState.Identity(node, setting.random.nextLong());
      Migration begun = migration();
      Assembly read = groups();
      Migration migration = begun == null ? Migration.of(read.groups) : begun;
      long clock = Math.max(clock(), read.clock);
      return new Loaded(read.groups, identity, metadata(), clock, migration);
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(e);
    }
  }

  private StoreException unreadable(Exception e) {
    return new StoreException(
        "the store in --storage.path="
            + setting.directory
            + " holds a record that is not of format "
            + FORMAT
            + ": "
            + e.getMessage()
            + ". No record was changed. Restore the directory from a backup, or move it aside",
        e);
  }

  /** Returns the node identity of the store. A new, empty store gets an identity. */
  private long identity() throws InvalidProtocolBufferException, StoreException {
    byte[] value = database.get(RecordKeys.STORE);
    if (value != null) {
      StoreRecord record = StoreRecord.parseFrom(value);
      if (record.getFormat() != FORMAT) {
        throw new StoreException(
            "the store in --storage.path="
                + setting.directory
                + " has format "
                + record.getFormat()
                + ", but this Holdfast reads format "
                + FORMAT
                + " only. Start the version that wrote it, or give --storage.path another"
                + " directory");
      }
      return record.getNode();
    }
    if (!database.isEmpty()) {
      throw new StoreException(
          "--storage.path="
              + setting.directory
              + " holds a RocksDB that Holdfast has not made. Give it a directory of its own");
    }
    long node = setting.random.nextLong();
    try (RecordWrites batch = database.newWrites()) {
      batch.put(
          RecordKeys.STORE,
          StoreRecord.newBuilder().setFormat(FORMAT).setNode(node).build().toByteArray());
      if (replicated != null) {
        // One batch writes identity and metadata. A crash can therefore not make a new store look
        // complete.
        ClusterMetadata metadata = ClusterMetadata.ofNewStore(replicated.newStoreIsComplete());
        batch.put(RecordKeys.CLUSTER, metadata.record().toByteArray());
      }
      database.commit(batch);
    }
    return node;
  }

  /** Deletes the groups of a migration that was broken off. No client has seen them. */
  private @Nullable Migration migration() throws InvalidProtocolBufferException {
    byte[] value = database.get(RecordKeys.MIGRATION);
    if (value == null) {
      return null;
    }
    Migration migration = Migration.of(MigrationRecord.parseFrom(value));
    if (migration.state() == Migration.State.BEGUN) {
      try (RecordWrites batch = database.newWrites()) {
        batch.deleteRange(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS);
        database.commit(batch);
      }
    }
    return migration;
  }

  private long clock() throws InvalidProtocolBufferException {
    byte[] value = database.get(RecordKeys.CLOCK);
    return value == null ? 0 : ClockRecord.parseFrom(value).getLast();
  }

  private ClusterMetadata metadata() throws InvalidProtocolBufferException {
    byte[] value = database.get(RecordKeys.CLUSTER);
    return value == null
        ? ClusterMetadata.none()
        : ClusterMetadata.of(ClusterRecord.parseFrom(value));
  }

  private Assembly groups() throws StoreException, InvalidProtocolBufferException {
    byte[] wipe = database.get(RecordKeys.WIPE);
    // A store that was in a cluster keeps tombstones when it is alone too: see FormerCluster.
    boolean isReplicated = replicated != null || database.get(RecordKeys.CLUSTER) != null;
    Assembly assembly =
        new Assembly(
            new Groups(isReplicated, setting.reserved, new MemoRoom(setting.maximumBytes)),
            mostAtLoad(setting.maximumBytes),
            setting.nanos);
    if (wipe != null) {
      assembly.wipedAt(Records.version(WipeRecord.parseFrom(wipe).getWipedAt()));
    }
    ExecutorService readers =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "store-reader");
              thread.setDaemon(true);
              return thread;
            });
    try {
      Deque<Future<List<ReadRecord>>> underWay = new ArrayDeque<>();
      List<RawRecord> batch = new ArrayList<>();
      long[] bytes = {0};
      database.forEach(
          RecordKeys.FIRST_GROUP,
          RecordKeys.BEHIND_GROUPS,
          (key, value) -> {
            batch.add(new RawRecord(key, value));
            bytes[0] += value.length;
            if (batch.size() == RECORDS_PER_TASK || bytes[0] >= BYTES_PER_TASK) {
              bytes[0] = 0;
              List<RawRecord> task = List.copyOf(batch);
              batch.clear();
              underWay.add(readers.submit(() -> read(task)));
              // A bound for the results that wait in memory.
              if (underWay.size() > Runtime.getRuntime().availableProcessors()) {
                assembly.add(result(underWay.remove()));
              }
            }
          });
      while (!underWay.isEmpty()) {
        assembly.add(result(underWay.remove()));
      }
      assembly.add(last(batch));
    } finally {
      readers.shutdownNow();
    }
    assembly.finish();
    if (assembly.isTooMuch()) {
      throw tooMuch(assembly.memoryBytes);
    }
    delete(assembly.dead);
    return assembly;
  }

  /**
   * Deletes dead records. A commit leaves none, so only a fault of an earlier version does. Later
   * deletes would not find them, and their content would come back.
   */
  private void delete(List<StoredRecord> dead) {
    if (dead.isEmpty()) {
      return;
    }
    log.atWarn().addKeyValue("records", dead.size()).log("dead records deleted");
    try (RecordWrites batch = database.newWrites()) {
      dead.forEach(record -> batch.delete(RecordKeys.of(record)));
      database.commit(batch);
    }
  }

  /**
   * Returns the heap that groups can take when a store is opened. The limit for pushes is lower.
   * Changes from peers are accepted beyond that limit, and every store that ran must open.
   */
  static long mostAtLoad(long maximumBytes) {
    return maximumBytes > Long.MAX_VALUE / 2 ? maximumBytes : maximumBytes + maximumBytes / 2;
  }

  private StoreException tooMuch(long needed) {
    long megabytes = needed / (1 << 19) + 1;
    return new StoreException(
        "the groups in --storage.path="
            + setting.directory
            + " take "
            + needed
            + " bytes of memory (expected: at most "
            + mostAtLoad(setting.maximumBytes)
            + "). No record was changed. Start Holdfast with a larger heap,"
            + " HOLDFAST_JAVA_OPTS=-Xmx"
            + megabytes
            + "m, or let groups take more of this one, --storage.max-memory="
            + needed
            + "; then delete groups, and start as before");
  }

  private static List<ReadRecord> read(List<RawRecord> records) throws UnreadableException {
    List<ReadRecord> read = new ArrayList<>(records.size());
    for (RawRecord record : records) {
      try {
        read.add(read(record));
      } catch (InvalidProtocolBufferException | RuntimeException e) {
        throw new UnreadableException(record.key, e);
      }
    }
    return read;
  }

  private static ReadRecord read(RawRecord record) throws InvalidProtocolBufferException {
    Group content = new Group(RecordKeys.groupOf(record.key));
    ChangeRecord change = ChangeRecord.parseFrom(record.value);
    Records.readGroup(change.getGroup(), content);
    for (ByteString family : change.getFamiliesList()) {
      content.families.put(Records.readFamily(FamilyRecord.parseFrom(family), content.key));
    }
    return new ReadRecord(RecordKeys.numberOf(record.key), content);
  }

  /** Reads the last records on this thread. The batch is too small for a task. */
  private List<ReadRecord> last(List<RawRecord> batch) throws StoreException {
    try {
      return read(batch);
    } catch (UnreadableException e) {
      throw unreadable(e);
    }
  }

  private List<ReadRecord> result(Future<List<ReadRecord>> future) throws StoreException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw unreadable(e.getCause() instanceof Exception cause ? cause : e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while the store was read", e);
    }
  }

  /**
   * The assembly of groups from records. The records of one group are neighbours, the newest last.
   */
  private static final class Assembly {
    private final Groups groups;
    private final List<Found> found = new ArrayList<>();
    private final Map<Descriptor, Descriptor> descriptors = new TreeMap<>();
    private final List<StoredRecord> dead = new ArrayList<>();
    private final long mostBytes;
    private final LongSupplier nanos;
    private final long startedAt;

    /** The highest clock reading in any version. */
    private long clock;

    private @Nullable Found current;
    private long memoryBytes;
    private long reportedAt;
    private long records;
    private @Nullable Version previous;

    /**
     * A group whose records are read.
     *
     * @param group the content: of each name the newest family, and the fields of the newest record
     */
    private record Found(Group group, List<StoredRecord> records) {}

    /**
     * Creates an assembly.
     *
     * @param mostBytes of heap that groups may take; further groups are counted but not kept
     */
    Assembly(Groups groups, long mostBytes, LongSupplier nanos) {
      this.groups = groups;
      this.mostBytes = mostBytes;
      this.nanos = nanos;
      this.startedAt = nanos.getAsLong();
      this.reportedAt = startedAt;
    }

    void wipedAt(Version version) {
      groups.raiseWipe(version);
      clock = Math.max(clock, version.clock());
    }

    boolean isTooMuch() {
      return memoryBytes > mostBytes;
    }

    void add(List<ReadRecord> read) {
      for (ReadRecord record : read) {
        add(record);
      }
      records += read.size();
      long now = nanos.getAsLong();
      if (now - reportedAt > PROGRESS_INTERVAL.toNanos()) {
        reportedAt = now;
        log.atInfo()
            .addKeyValue("groups", found.size())
            .addKeyValue("records", records)
            .log("reading the store");
      }
    }

    private void add(ReadRecord read) {
      Group group = entered(read.content.key);
      StoredRecord record = new StoredRecord(group.key, read.number);
      requireNonNull(current).records.add(record);
      groups.numbers().found(record.number);
      clock = Math.max(clock, read.content.newestClock());
      group.newestRecord = record;
      group.delete(read.content.deletedAt, read.content.expiredAt);
      group.replacedAt = read.content.replacedAt;
      group.lastPush = read.content.lastPush;
      group.lastFailure = read.content.lastFailure;
      for (Family family : read.content.families.values()) {
        clock = Math.max(clock, family.version.clock());
        group.families.put(shared(family, record));
      }
    }

    private Group entered(GroupKey key) {
      if (current == null || !current.group.key.equals(key)) {
        leaveGroup();
        current = new Found(new Group(key), new ArrayList<>(1));
      }
      return current.group;
    }

    /** Returns an equal family that shares its descriptor and version with other families. */
    private Family shared(Family family, StoredRecord record) {
      Version version =
          previous != null && previous.equals(family.version) ? previous : family.version;
      previous = version;
      // Beyond the limit no descriptor is kept, so each use counts. The result is an upper bound.
      Descriptor descriptor = descriptors.get(family.descriptor);
      if (descriptor == null) {
        descriptor = family.descriptor;
        memoryBytes += HeapCost.of(descriptor);
        if (!isTooMuch()) {
          descriptors.put(descriptor, descriptor);
        }
      }
      return family.stored(record, descriptor, version);
    }

    private void leaveGroup() {
      Found read = current;
      if (read == null) {
        return;
      }
      current = null;
      Group group = read.group;
      // A record can have families that are gone beside families that are not.
      group.families.removeIf(family -> !GroupMerge.isVisible(group, family.version));
      memoryBytes += HeapCost.of(group) + HeapCost.ofPushTimes(group.key);
      for (Family family : group.families.values()) {
        memoryBytes += HeapCost.of(family);
      }
      if (isTooMuch()) {
        found.clear();
      } else {
        found.add(read);
      }
    }

    /** Merges the groups, unless they are too much. */
    void finish() {
      leaveGroup();
      if (isTooMuch()) {
        return;
      }
      for (Found each : found) {
        StoredRecord newest = requireNonNull(each.group.newestRecord);
        groups.merge(each.group);
        hold(groups.get(newest.group), newest);
        each.records.stream().filter(StoredRecord::isDead).forEach(dead::add);
      }
      long millis = Duration.ofNanos(nanos.getAsLong() - startedAt).toMillis();
      log.atInfo()
          .addKeyValue("groups", groups.size())
          .addKeyValue("series", groups.exposition().series())
          .addKeyValue("millis", millis)
          .log("store read");
    }

    /** Counts the holders of the records. Without content, the group is not there. */
    private static void hold(@Nullable Group group, StoredRecord newest) {
      if (group == null) {
        return;
      }
      group.newestRecord = newest;
      newest.hold();
      for (Family family : group.families.values()) {
        requireNonNull(family.record).hold();
      }
    }
  }
}
