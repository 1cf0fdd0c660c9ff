package io.holdfast.storage.disk;

import org.jspecify.annotations.Nullable;

/**
 * An open store of records: keys and values of bytes, in order of the keys.
 *
 * <p>All methods throw {@link DiskException} when the disk fails. After a failed {@link #write} or
 * {@link #sync} the content is unknown until the store is opened again.
 *
 * <p>Concurrency: confined to the writer thread, apart from the snapshots.
 */
public interface RecordStore extends AutoCloseable {

  /** Returns the value of a key, or null. */
  byte @Nullable [] get(byte[] key);

  boolean isEmpty();

  /** A consumer of records. */
  interface RecordConsumer<E extends Exception> {
    void accept(byte[] key, byte[] value) throws E;
  }

  /** Reads the records in order, from the first key, inclusive, to the second key, exclusive. */
  <E extends Exception> void forEach(byte[] from, byte[] to, RecordConsumer<E> consumer) throws E;

  /**
   * Returns an empty batch for {@link #write}. The caller can use it repeatedly, and must close it.
   */
  RecordWrites newWrites();

  /**
   * Begins to write a batch. The batch must not change before the {@link #sync}. A crash before the
   * sync leaves all of the batch on the disk or nothing.
   */
  void write(RecordWrites writes);

  /** Returns when everything written is on the disk. */
  void sync();

  /** Writes a batch and syncs it. */
  default void commit(RecordWrites writes) {
    write(writes);
    sync();
  }

  /**
   * Returns a snapshot of all present records. Any thread may read and close it, also after the
   * close of the store.
   */
  RecordSnapshot snapshot();

  /** Frees in the background the space of deleted ranges, which reads would otherwise step over. */
  void compactDeleted();

  /** Releases files and memory. A second call does nothing. */
  @Override
  void close();
}
