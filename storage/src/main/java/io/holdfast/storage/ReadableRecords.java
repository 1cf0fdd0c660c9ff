package io.holdfast.storage;

import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.RecordSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of a {@link Snapshot}. Failures of the disk become {@link SnapshotException}s. */
record ReadableRecords(RecordSnapshot records) implements RecordSnapshot {

  private static SnapshotException unreadable(DiskException e) {
    return new SnapshotException(String.valueOf(e.getMessage()), e);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    try {
      return records.get(key);
    } catch (DiskException e) {
      throw unreadable(e);
    }
  }

  @Override
  public List<byte @Nullable []> get(List<byte[]> keys) {
    try {
      return records.get(keys);
    } catch (DiskException e) {
      throw unreadable(e);
    }
  }

  @Override
  public Cursor cursor() {
    try {
      return new ReadableCursor(records.cursor());
    } catch (DiskException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void close() {
    records.close();
  }

  private record ReadableCursor(Cursor cursor) implements Cursor {
    @Override
    public byte @Nullable [] seek(byte[] key) {
      try {
        return cursor.seek(key);
      } catch (DiskException e) {
        throw unreadable(e);
      }
    }

    @Override
    public byte @Nullable [] next() {
      try {
        return cursor.next();
      } catch (DiskException e) {
        throw unreadable(e);
      }
    }

    @Override
    public byte[] value() {
      try {
        return cursor.value();
      } catch (DiskException e) {
        throw unreadable(e);
      }
    }

    @Override
    public void rest() {
      cursor.rest();
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
