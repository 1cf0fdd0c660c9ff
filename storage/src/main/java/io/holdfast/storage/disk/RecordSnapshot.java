package io.holdfast.storage.disk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All records as of one commit. Any threads may read it; one thread at a time may use a cursor.
 *
 * <p>All methods throw {@link DiskException} after the end of the database, or of this snapshot.
 */
public interface RecordSnapshot extends AutoCloseable {

  byte @Nullable [] get(byte[] key);

  /** Returns the values of these keys in their order. One call is cheaper than many calls. */
  List<byte @Nullable []> get(List<byte[]> keys);

  /**
   * Returns a cursor, which has no position before its first seek. The cursor is closed with the
   * snapshot, if not earlier.
   */
  Cursor cursor();

  @Override
  void close();

  /** A cursor that moves from record to record in order of the keys. */
  interface Cursor extends AutoCloseable {

    /** Moves to the first record at or behind this key, and returns its key; null at the end. */
    byte @Nullable [] seek(byte[] key);

    /** Moves to the next record and returns its key; null at the end. */
    byte @Nullable [] next();

    /** Returns the value of the current record. */
    byte[] value();

    /** Frees the memory of the cursor until its next use. The position stays. */
    void rest();

    @Override
    void close();
  }
}
