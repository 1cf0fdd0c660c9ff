package io.holdfast.storage.disk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All records as they were after some commit. Any threads may read; a cursor is for one at a time.
 *
 * <p>Everything throws {@link DiskException} once the database is gone, or this is closed.
 */
public interface RecordSnapshot extends AutoCloseable {

  byte @Nullable [] get(byte[] key);

  /** The values of these keys, in their order, for less than one by one. */
  List<byte @Nullable []> get(List<byte[]> keys);

  /** Stands nowhere until it is told where to go. Closed with the snapshot, if not before. */
  Cursor cursor();

  @Override
  void close();

  /** Goes from record to record in order of the keys. */
  interface Cursor extends AutoCloseable {

    /** Goes to the first record at this key or behind, and returns its key; null at the end. */
    byte @Nullable [] seek(byte[] key);

    /** Goes to the next record and returns its key; null at the end. */
    byte @Nullable [] next();

    /** The value of the record where it stands. */
    byte[] value();

    /** Lets go of what it holds in memory, until it goes on from where it stands. */
    void rest();

    @Override
    void close();
  }
}
