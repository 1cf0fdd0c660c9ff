package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open RocksDB, with the settings that the guarantees need.
 *
 * <ul>
 *   <li>One writer syncs every write before it returns. The torn end of a write-ahead log was
 *       therefore never acknowledged.
 *   <li>A torn end is dropped; damage before it makes the opening fail ({@code
 *       kTolerateCorruptedTailRecords}). Point-in-time recovery would silently drop acknowledged
 *       records behind the damage.
 *   <li>Batches go over zeros that {@link WalExtension} has written ahead, so that a sync need not
 *       change the size of the file.
 *   <li>RocksDB gets little memory. The heap has the whole content in its exposed form, so RocksDB
 *       reads almost nothing.
 * </ul>
 *
 * <p>Concurrency: confined to the writer thread, apart from the results of {@link #snapshot}. A
 * native object must not be used after its close: the process would crash.
 */
public final class RocksDatabase implements RecordStore {
  private static final long LEAST_BUFFER_BYTES = 2L << 20;
  private static final long MOST_BUFFER_BYTES = 8L << 20;
  private static final long MAX_WAL_BYTES = 32L << 20;
  private static final long MAX_LOG_FILE_BYTES = 4L << 20;

  /** Changes with each new write buffer, which has a new log, and with each table. */
  private static final String FILE_SET_NUMBER = "rocksdb.current-super-version-number";

  /** The messages of RocksDB when this or another process has the directory open. */
  private static final List<String> LOCK_HELD =
      List.of("lock hold by current process", "LOCK: Resource temporarily unavailable");

  private static final Logger log = LoggerFactory.getLogger(RocksDatabase.class);

  private final Deque<AutoCloseable> closeInReverse = new ArrayDeque<>();
  private final Path directory;
  private final RocksDB database;
  private final WriteOptions synced;
  private final RocksSnapshots snapshots;
  private final WalExtension walExtension;

  /** The batch for the next sync. */
  private @Nullable RocksWrites written;

  private RocksDatabase(Path directory, DirectoryLock lock) throws RocksDBException {
    this.directory = directory;
    try {
      Options options = options();
      this.synced = opened(new WriteOptions().setSync(true));
      this.database = opened(RocksDB.open(options, directory.toString()));
      this.snapshots = opened(new RocksSnapshots(database));
      this.walExtension = opened(new WalExtension(directory));
      closeInReverse.addLast(lock);
    } catch (RocksDBException | RuntimeException e) {
      closeAll();
      throw e;
    }
  }

  /**
   * Opens the database in a directory, which is created if it does not exist.
   *
   * @throws DiskException in words for the operator
   */
  public static RocksDatabase open(Path directory) {
    try {
      StoreDirectory.create(directory);
    } catch (FileAlreadyExistsException e) {
      throw new DiskException(
          "--storage.path=" + directory + ": " + e.getFile() + " is not a directory", e);
    } catch (IOException e) {
      throw new DiskException(
          "--storage.path=" + directory + " cannot be created: " + reason(e), e);
    }
    DirectoryLock lock = locked(directory);
    try {
      RocksDB.loadLibrary();
      List<WalTail> logs = soundLogs(directory);
      for (WalTail each : logs) {
        each.cutUnwritten();
      }
      return open(directory, lock, logs);
    } catch (IOException | RocksDBException | RuntimeException | Error e) {
      release(lock);
      throw refused(directory, e);
    }
  }

  /** Loads RocksDB's native library, if that has not happened yet. */
  public static void preload() {
    RocksDB.loadLibrary();
  }

  static DiskException refused(Path directory, Throwable e) {
    if (e instanceof DiskException refusal) {
      return refusal;
    }
    if (e instanceof RocksDBException rocks) {
      return explained(directory, rocks);
    }
    return new DiskException(
        "the store in --storage.path=" + directory + " cannot be opened: " + e, e);
  }

  private static DirectoryLock locked(Path directory) {
    try {
      DirectoryLock lock = DirectoryLock.tryTake(directory);
      if (lock == null) {
        throw inUse(directory, "holdfast.lock is held", null);
      }
      return lock;
    } catch (IOException e) {
      throw new DiskException(
          "--storage.path=" + directory + " cannot be written: " + reason(e), e);
    }
  }

  private static void release(DirectoryLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      log.atWarn().addKeyValue("err", e.toString()).log("release of the store lock failed");
    }
  }

  static DiskException inUse(Path directory, String how, @Nullable Exception cause) {
    return new DiskException(
        "--storage.path="
            + directory
            + " is in use already ("
            + how
            + "). Stop the process that uses it, or give each its own directory",
        cause);
  }

  static List<WalTail> soundLogs(Path directory) throws IOException {
    List<WalTail> logs = WalTail.ofDirectory(directory);
    for (WalTail each : logs) {
      if (each.isDamaged()) {
        throw damaged(
            directory,
            each.log() + " has a bad record at byte " + each.damagedAt() + ", and good ones behind",
            null);
      }
    }
    return logs;
  }

  private static RocksDatabase open(Path directory, DirectoryLock lock, List<WalTail> logs)
      throws RocksDBException, IOException {
    try {
      return new RocksDatabase(directory, lock);
    } catch (RocksDBException e) {
      // RocksDB has had its lock by now, so no other process is writing that log.
      WalTail torn = WalTail.torn(logs);
      if (torn == null || !isOf(e, Status.Code.Corruption)) {
        throw e;
      }
      Path copy = torn.cutOff(Instant.now().toString().replace(':', '-'));
      log.atWarn()
          .addKeyValue("log", torn.log())
          .addKeyValue("kept_bytes", torn.soundBytes())
          .addKeyValue("dropped_bytes", torn.tornBytes())
          .addKeyValue("copy", copy)
          .log("unfinished last write of a crash dropped; its change was never acknowledged");
      return new RocksDatabase(directory, lock);
    }
  }

  /** Returns a failure of a read with the damaged file and the ways out in its message. */
  public DiskException explained(DiskException e) {
    return e.getCause() instanceof RocksDBException cause ? explained(directory, cause) : e;
  }

  private static DiskException explained(Path directory, RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    if (isOf(e, Status.Code.Corruption)) {
      return damaged(directory, message + badTables(directory), e);
    }
    if (LOCK_HELD.stream().anyMatch(message::contains)) {
      return inUse(directory, message, e);
    }
    return new DiskException(
        "the store in --storage.path=" + directory + " cannot be opened: " + message, e);
  }

  /** Returns which tables cannot be read. RocksDB's own message does not always name the table. */
  private static String badTables(Path directory) {
    StringBuilder bad = new StringBuilder();
    try (DirectoryStream<Path> tables = Files.newDirectoryStream(directory, "*.sst");
        Options options = new Options()) {
      for (Path table : tables) {
        try (SstFileReader reader = new SstFileReader(options)) {
          reader.open(table.toString());
          reader.verifyChecksum();
        } catch (RocksDBException e) {
          bad.append("; ").append(table).append(": ").append(e.getMessage());
        }
      }
    } catch (IOException e) {
      bad.append("; ").append(reason(e));
    }
    return bad.toString();
  }

  private static DiskException damaged(Path directory, String what, @Nullable Exception cause) {
    return new DiskException(
        "the store in --storage.path="
            + directory
            + " is damaged: "
            + what
            + ". No record was changed. Ways out: restore the directory from a backup; or move it"
            + " aside and start with an empty one (jobs fill it again with their next pushes)",
        cause);
  }

  private static boolean isOf(RocksDBException e, Status.Code code) {
    Status status = e.getStatus();
    return status != null && status.getCode() == code;
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  /**
   * Returns the size of each write buffer, of which there are two, and of the block cache. The heap
   * follows from the memory of the container, so in a small container these are small as well.
   *
   * @param heapBytes the most that the heap can have
   */
  static long bufferBytes(long heapBytes) {
    return Math.max(LEAST_BUFFER_BYTES, Math.min(heapBytes / 16, MOST_BUFFER_BYTES));
  }

  private Options options() throws RocksDBException {
    long bufferBytes = bufferBytes(Runtime.getRuntime().maxMemory());
    Properties withoutSetter = new Properties();
    // Detects a log file that is missing completely.
    withoutSetter.setProperty("track_and_verify_wals", "true");
    DBOptions parsed = opened(DBOptions.getDBOptionsFromProps(withoutSetter));
    if (parsed == null) {
      throw new RocksDBException("this RocksDB does not know the option track_and_verify_wals");
    }
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(opened(new LRUCache(bufferBytes)))
            // Indexes and filters stay with the open tables, a hundredth of their size. From so
            // small a cache they would be read again for every record of a state transfer.
            .setCacheIndexAndFilterBlocks(false)
            .setFilterPolicy(opened(new BloomFilter()));
    return opened(new Options(parsed, opened(new ColumnFamilyOptions())))
        .setCreateIfMissing(true)
        .setParanoidChecks(true)
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setRecycleLogFileNum(0)
        .setMaxTotalWalSize(MAX_WAL_BYTES)
        .setWriteBufferSize(bufferBytes)
        .setMaxWriteBufferNumber(2)
        .setTableFormatConfig(table)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(-1)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(MAX_LOG_FILE_BYTES)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setStatsDumpPeriodSec(0);
  }

  private <T extends @Nullable AutoCloseable> T opened(T closeable) {
    if (closeable != null) {
      closeInReverse.push(closeable);
    }
    return closeable;
  }

  private static DiskException failed(RocksDBException e) {
    return new DiskException(String.valueOf(e.getMessage()), e);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    try {
      return database.get(key);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public boolean isEmpty() {
    try (ReadOptions options = new ReadOptions();
        RocksIterator iterator = database.newIterator(options)) {
      iterator.seekToFirst();
      iterator.status();
      return !iterator.isValid();
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public <E extends Exception> void forEach(byte[] from, byte[] to, RecordConsumer<E> consumer)
      throws E {
    try (Slice end = new Slice(to);
        ReadOptions options =
            new ReadOptions()
                .setVerifyChecksums(true)
                .setFillCache(false)
                .setReadaheadSize(1L << 20)
                .setIterateUpperBound(end);
        RocksIterator iterator = database.newIterator(options)) {
      for (iterator.seek(from); iterator.isValid(); iterator.next()) {
        consumer.accept(iterator.key(), iterator.value());
      }
      // A damaged record merely makes an iterator invalid. Without this call the remaining records
      // would be missing silently.
      iterator.status();
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public RecordSnapshot snapshot() {
    return snapshots.take();
  }

  @Override
  public RecordWrites newWrites() {
    return new RocksWrites();
  }

  /** Keeps the batch for the sync: RocksDB writes and syncs in one call. */
  @Override
  public void write(RecordWrites writes) {
    written = (RocksWrites) writes;
  }

  @Override
  public void sync() {
    RocksWrites batch = written;
    written = null;
    if (batch != null) {
      try {
        walExtension.extend(batch.bytes(), database.getLongProperty(FILE_SET_NUMBER));
        database.write(synced, batch.batch());
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }
  }

  @Override
  public void compactDeleted() {
    try (FlushOptions options =
        new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true)) {
      database.flush(options);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    closeAll();
  }

  private void closeAll() {
    IllegalStateException failure = null;
    while (!closeInReverse.isEmpty()) {
      AutoCloseable next = closeInReverse.pop();
      try {
        next.close();
      } catch (Exception e) {
        // The others are closed all the same, the lock above all: else no store could open here.
        if (failure == null) {
          failure = new IllegalStateException("closing " + next.getClass().getSimpleName(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
