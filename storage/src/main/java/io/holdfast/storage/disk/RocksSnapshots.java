package io.holdfast.storage.disk;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/**
 * The snapshots of one open database.
 *
 * <p>Concurrency: any threads. A native object must not be used after its close, or after the close
 * of the database: the process would crash. Every step of a reader therefore holds the read lock.
 * Closing holds the write lock. The close waits for current steps, microseconds each, but never for
 * a reader.
 */
final class RocksSnapshots implements AutoCloseable {
  private static final String GONE = "the store was closed or opened anew while it was read";

  private static final byte[] END = {};

  private final RocksDB database;
  private final ReadWriteLock gate = new ReentrantReadWriteLock();
  private final Set<OfRocks> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean isClosed;

  RocksSnapshots(RocksDB database) {
    this.database = database;
  }

  RecordSnapshot take() {
    return alone(
        () -> {
          OfRocks taken = new OfRocks();
          open.add(taken);
          return taken;
        });
  }

  /**
   * Closes all snapshots, even those that readers still use. The database is closed afterwards. A
   * second call does nothing.
   */
  @Override
  public void close() {
    gate.writeLock().lock();
    try {
      List.copyOf(open).forEach(OfRocks::release);
      isClosed = true;
    } finally {
      gate.writeLock().unlock();
    }
  }

  private interface Step<T> {
    T take() throws RocksDBException;
  }

  private <T> T alone(Step<T> step) {
    gate.writeLock().lock();
    try {
      return guarded(step);
    } finally {
      gate.writeLock().unlock();
    }
  }

  private <T> T asOneOfMany(Step<T> step) {
    gate.readLock().lock();
    try {
      return guarded(step);
    } finally {
      gate.readLock().unlock();
    }
  }

  private <T> T guarded(Step<T> step) {
    if (isClosed) {
      throw new DiskException(GONE, null);
    }
    try {
      return step.take();
    } catch (RocksDBException e) {
      throw new DiskException("the store cannot be read: " + e.getMessage(), e);
    }
  }

  private final class OfRocks implements RecordSnapshot {
    private final Snapshot snapshot = database.getSnapshot();
    private final ReadOptions options =
        new ReadOptions().setSnapshot(snapshot).setVerifyChecksums(true).setFillCache(false);
    private final List<OfIterator> cursors = new ArrayList<>();
    private boolean isReleased;

    @Override
    public byte @Nullable [] get(byte[] key) {
      return reading(() -> database.get(options, key));
    }

    @Override
    public List<byte @Nullable []> get(List<byte[]> keys) {
      return reading(() -> database.multiGetAsList(options, keys));
    }

    private <T> T reading(Step<T> step) {
      return asOneOfMany(
          () -> {
            requireOpen();
            return step.take();
          });
    }

    private void requireOpen() {
      if (isReleased) {
        throw new DiskException("the snapshot was closed while it was read", null);
      }
    }

    @Override
    public Cursor cursor() {
      return alone(
          () -> {
            requireOpen();
            OfIterator cursor = new OfIterator(this);
            cursors.add(cursor);
            return cursor;
          });
    }

    @Override
    public void close() {
      gate.writeLock().lock();
      try {
        release();
      } finally {
        gate.writeLock().unlock();
      }
    }

    /** Frees the snapshot. The caller must hold the write lock. */
    private void release() {
      if (!isReleased) {
        isReleased = true;
        cursors.forEach(OfIterator::release);
        options.close();
        database.releaseSnapshot(snapshot);
        open.remove(this);
      }
    }
  }

  private final class OfIterator implements RecordSnapshot.Cursor {
    private final OfRocks snapshot;

    /** Null while the cursor rests. */
    private @Nullable RocksIterator iterator;

    /** The key at the cursor; empty at the end and before the first seek. */
    private byte[] key = END;

    private boolean isReleased;

    OfIterator(OfRocks snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public byte @Nullable [] seek(byte[] target) {
      awake();
      return moved(of -> of.seek(target));
    }

    @Override
    public byte @Nullable [] next() {
      if (key.length == 0) {
        return null;
      }
      awake();
      return moved(RocksIterator::next);
    }

    @Override
    public byte[] value() {
      awake();
      return reading(RocksIterator::value);
    }

    private void awake() {
      if (iterator != null) {
        return;
      }
      alone(
          () -> {
            snapshot.requireOpen();
            if (!isReleased) {
              iterator = database.newIterator(snapshot.options);
            }
            return true;
          });
      if (key.length > 0) {
        byte[] from = key;
        moved(of -> of.seek(from));
      }
    }

    private byte @Nullable [] moved(Consumer<RocksIterator> move) {
      key =
          reading(
              of -> {
                move.accept(of);
                if (of.isValid()) {
                  return of.key();
                }
                // A damaged record merely makes an iterator invalid. Without this call the
                // remaining records would be missing silently.
                of.status();
                return END;
              });
      return key.length == 0 ? null : key;
    }

    private interface Move<T> {
      T of(RocksIterator iterator) throws RocksDBException;
    }

    private <T> T reading(Move<T> move) {
      return snapshot.reading(
          () -> {
            RocksIterator of = iterator;
            if (isReleased || of == null) {
              throw new DiskException("the cursor was closed while it was read", null);
            }
            return move.of(of);
          });
    }

    @Override
    public void rest() {
      gate.writeLock().lock();
      try {
        release();
      } finally {
        gate.writeLock().unlock();
      }
    }

    @Override
    public void close() {
      gate.writeLock().lock();
      try {
        isReleased = true;
        snapshot.cursors.remove(this);
        release();
      } finally {
        gate.writeLock().unlock();
      }
    }

    /** Frees the iterator. The caller must hold the write lock. */
    private void release() {
      if (iterator != null) {
        iterator.close();
        iterator = null;
      }
    }
  }
}
