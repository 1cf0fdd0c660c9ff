package io.holdfast.storage;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Records to be written together. */
interface RecordWrites extends AutoCloseable {
  void put(byte[] key, byte[] value) throws RocksDBException;

  void delete(byte[] key) throws RocksDBException;

  /** Deletes from the first key, inclusive, to the second, exclusive. */
  void deleteRange(byte[] from, byte[] to) throws RocksDBException;

  boolean isEmpty();

  long bytes();

  void clear();

  @Override
  void close();

  /** Writes for RocksDB. */
  final class Rocks implements RecordWrites {
    private final WriteBatch batch = new WriteBatch();

    WriteBatch batch() {
      return batch;
    }

    @Override
    public void put(byte[] key, byte[] value) throws RocksDBException {
      batch.put(key, value);
    }

    @Override
    public void delete(byte[] key) throws RocksDBException {
      batch.delete(key);
    }

    @Override
    public void deleteRange(byte[] from, byte[] to) throws RocksDBException {
      batch.deleteRange(from, to);
    }

    @Override
    public boolean isEmpty() {
      return batch.count() == 0;
    }

    @Override
    public long bytes() {
      return batch.getDataSize();
    }

    @Override
    public void clear() {
      batch.clear();
    }

    @Override
    public void close() {
      batch.close();
    }
  }
}
