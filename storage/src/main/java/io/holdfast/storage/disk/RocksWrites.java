package io.holdfast.storage.disk;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** A batch of RocksDB. */
final class RocksWrites implements RecordWrites {
  private final WriteBatch batch = new WriteBatch();

  WriteBatch batch() {
    return batch;
  }

  @Override
  public void put(byte[] key, byte[] value) {
    try {
      batch.put(key, value);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public void delete(byte[] key) {
    try {
      batch.delete(key);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public void deleteRange(byte[] from, byte[] to) {
    try {
      batch.deleteRange(from, to);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private static DiskException failed(RocksDBException e) {
    return new DiskException(String.valueOf(e.getMessage()), e);
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
