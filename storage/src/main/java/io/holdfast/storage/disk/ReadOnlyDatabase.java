package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;

/**
 * The RocksDB of a store that no node uses, opened for reading alone. No file is created, changed
 * or deleted. While it is open, no node can open the store.
 *
 * <p>Confined to one thread.
 */
public final class ReadOnlyDatabase implements AutoCloseable {
  private final Path directory;
  private final DirectoryLock lock;
  private final Options options;
  private final RocksDB database;
  private final RocksSnapshots snapshots;
  private final @Nullable WalTail torn;

  private ReadOnlyDatabase(Path directory, DirectoryLock lock)
      throws IOException, RocksDBException {
    this.directory = directory;
    this.lock = lock;
    List<WalTail> logs = RocksDatabase.soundLogs(directory);
    this.torn = WalTail.torn(logs);
    this.options = new Options().setParanoidChecks(true).setWalRecoveryMode(recoveryMode(logs));
    try {
      this.database = RocksDB.openReadOnly(options, directory.toString());
    } catch (RocksDBException e) {
      options.close();
      throw e;
    }
    this.snapshots = new RocksSnapshots(database);
  }

  /**
   * A node cuts off the torn end that RocksDB refuses. Nothing is cut off here, so recovery has to
   * end before it. No batch follows in any log, so this leaves none out.
   */
  private static WALRecoveryMode recoveryMode(List<WalTail> logs) {
    boolean isOnlyNewestTorn =
        WalTail.torn(logs) != null && logs.stream().filter(WalTail::isTorn).count() == 1;
    return isOnlyNewestTorn
        ? WALRecoveryMode.PointInTimeRecovery
        : WALRecoveryMode.TolerateCorruptedTailRecords;
  }

  /**
   * Opens the store in a directory.
   *
   * @throws DiskException in words for the operator
   */
  public static ReadOnlyDatabase open(Path directory) {
    DirectoryLock lock = shared(directory);
    try {
      RocksDB.loadLibrary();
      return new ReadOnlyDatabase(directory, lock);
    } catch (IOException | RocksDBException | RuntimeException | Error e) {
      try {
        lock.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw RocksDatabase.refused(directory, e);
    }
  }

  /**
   * Returns if the directory has a store that no node uses.
   *
   * @throws DiskException in words for the operator otherwise
   */
  public static void requireUnused(Path directory) {
    try (DirectoryLock lock = shared(directory)) {
      Objects.requireNonNull(lock, "lock");
    } catch (IOException e) {
      throw new DiskException(directory + " cannot be read: " + e, e);
    }
  }

  private static DirectoryLock shared(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new DiskException(
          directory + " is no directory (expected: a --storage.path of a node)", null);
    }
    try {
      DirectoryLock lock = DirectoryLock.tryShare(directory);
      if (lock == null) {
        throw RocksDatabase.inUse(directory, "holdfast.lock is held", null);
      }
      return lock;
    } catch (NoSuchFileException e) {
      throw new DiskException(
          directory + " holds no store (expected: a --storage.path of a node)", e);
    } catch (IOException e) {
      throw new DiskException(directory + " cannot be read: " + e, e);
    }
  }

  /** Returns a snapshot of all records. The snapshot ends with the database. */
  public RecordSnapshot snapshot() {
    return snapshots.take();
  }

  /** Reads all tables, and compares them with their checksums. */
  public void verifyChecksums() {
    try {
      database.verifyChecksum();
    } catch (RocksDBException e) {
      throw RocksDatabase.refused(directory, e);
    }
  }

  /**
   * Returns the bytes of an unfinished last write, which was never acknowledged; 0 if there is
   * none. The next start of a node drops them.
   */
  public long unfinishedBytes() {
    return torn == null ? 0 : torn.tornBytes();
  }

  /** Closes the database. A second call does nothing harmful. */
  @Override
  public void close() {
    snapshots.close();
    database.close();
    options.close();
    try {
      lock.close();
    } catch (IOException e) {
      throw new DiskException("the lock of " + directory + " cannot be released: " + e, e);
    }
  }
}
