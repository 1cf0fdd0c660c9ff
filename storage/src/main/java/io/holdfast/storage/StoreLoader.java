package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.ClusterRecord;
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

  /** A record that was read: a family, or a group's own record if there is no family. */
  private record ReadRecord(Group group, @Nullable Family family) {}

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
      byte[] clock = database.get(RecordKeys.CLOCK);
      long last = clock == null ? 0 : ClockRecord.parseFrom(clock).getLast();
      StoreState.Identity identity = new StoreState.Identity(node, setting.random.nextLong());
      Migration begun = migration();
      Groups groups = groups();
      Migration migration = begun == null ? Migration.of(groups) : begun;
      return new Loaded(groups, identity, metadata(), last, migration);
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

  private ClusterMetadata metadata() throws InvalidProtocolBufferException {
    byte[] value = database.get(RecordKeys.CLUSTER);
    return value == null
        ? ClusterMetadata.none()
        : ClusterMetadata.of(ClusterRecord.parseFrom(value));
  }

  private Groups groups() throws StoreException, InvalidProtocolBufferException {
    byte[] wipe = database.get(RecordKeys.WIPE);
    // A store that was in a cluster keeps tombstones when it is alone too: see FormerCluster.
    boolean isReplicated = replicated != null || database.get(RecordKeys.CLUSTER) != null;
    Assembly assembly =
        new Assembly(
            new Groups(isReplicated, setting.reserved, new MemoRoom(setting.maximumBytes)),
            mostAtLoad(setting.maximumBytes),
            setting.nanos);
    if (wipe != null) {
      assembly.groups.raiseWipe(Records.version(WipeRecord.parseFrom(wipe).getWipedAt()));
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
    if (assembly.isTooMuch()) {
      throw tooMuch(assembly.memoryBytes);
    }
    return assembly.finish();
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
    GroupKey key = RecordKeys.groupOf(record.key);
    Group group = new Group(key);
    if (RecordKeys.isFamily(record.key)) {
      return new ReadRecord(group, Records.readFamily(record.value, key));
    }
    Records.readGroup(record.value, group);
    return new ReadRecord(group, null);
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

  /** The assembly of groups from records. The records of one group need not be neighbours. */
  private static final class Assembly {
    private final Groups groups;
    private final Map<GroupKey, Group> found = new TreeMap<>();
    private final Map<Descriptor, Descriptor> descriptors = new TreeMap<>();
    private final long mostBytes;
    private final LongSupplier nanos;
    private final long startedAt;
    private long memoryBytes;
    private long reportedAt;
    private long records;
    private @Nullable Version previous;

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

    boolean isTooMuch() {
      return memoryBytes > mostBytes;
    }

    private void count(ReadRecord record) {
      Family family = record.family;
      if (family == null) {
        // Every group has a record of its own.
        memoryBytes += HeapCost.of(record.group) + HeapCost.ofPushTimes(record.group.key);
      } else {
        memoryBytes += HeapCost.of(family);
        // Beyond the limit no descriptor is kept, so each use counts. The result is an upper bound.
        memoryBytes +=
            descriptors.containsKey(family.descriptor) ? 0 : HeapCost.of(family.descriptor);
      }
      if (isTooMuch()) {
        found.clear();
      }
    }

    void add(List<ReadRecord> read) {
      for (ReadRecord record : read) {
        count(record);
        if (isTooMuch()) {
          continue;
        }
        Group group = found.computeIfAbsent(record.group.key, Group::new);
        if (record.family == null) {
          group.delete(record.group.deletedAt, record.group.expiredAt);
          group.replacedAt = record.group.replacedAt;
          group.lastPush = record.group.lastPush;
          group.lastFailure = record.group.lastFailure;
        } else {
          group.families.put(shared(record.family, group.key));
        }
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

    /** Returns an equal family that shares its descriptor and version with other families. */
    private Family shared(Family family, GroupKey key) {
      Version version =
          previous != null && previous.equals(family.version) ? previous : family.version;
      previous = version;
      return family.sharing(
          key, descriptors.computeIfAbsent(family.descriptor, first -> first), version);
    }

    Groups finish() {
      for (Group group : found.values()) {
        groups.merge(group);
      }
      long millis = Duration.ofNanos(nanos.getAsLong() - startedAt).toMillis();
      log.atInfo()
          .addKeyValue("groups", groups.size())
          .addKeyValue("series", groups.exposition().series())
          .addKeyValue("millis", millis)
          .log("store read");
      return groups;
    }
  }
}
