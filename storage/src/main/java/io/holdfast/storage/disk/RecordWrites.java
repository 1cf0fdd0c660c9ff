package io.holdfast.storage.disk;

/** A batch of records that are written together, all or none. */
public interface RecordWrites extends AutoCloseable {
  void put(byte[] key, byte[] value);

  void delete(byte[] key);

  /** Deletes the records from the first key, inclusive, to the second key, exclusive. */
  void deleteRange(byte[] from, byte[] to);

  boolean isEmpty();

  long bytes();

  void clear();

  @Override
  void close();
}
