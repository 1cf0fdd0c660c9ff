package io.holdfast.storage;

import io.holdfast.storage.disk.RecordWrites;

/** A batch that keeps nothing. */
final class NoWrites implements RecordWrites {
  @Override
  public void put(byte[] key, byte[] value) {}

  @Override
  public void delete(byte[] key) {}

  @Override
  public void deleteRange(byte[] from, byte[] to) {}

  @Override
  public boolean isEmpty() {
    return true;
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public void clear() {}

  @Override
  public void close() {}
}
