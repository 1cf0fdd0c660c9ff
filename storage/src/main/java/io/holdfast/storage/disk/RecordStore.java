package io.holdfast.storage.disk;

import org.jspecify.annotations.Nullable;

/**
 * An open store of records: keys and values of bytes, in order of the keys.
 *
 * <p>All methods throw {@link DiskException} when the disk fails. After a failed {@link #write} or
 * {@link #sync} the content is unknown until the store is opened anew.
 *
 * <p>Concurrency: confined to the writer thread, but for the snapshots that it gives out.
 */
public interface RecordStore extends AutoCloseable {

  /** Returns the value of a key, or null. */
  byte @Nullable [] get(byte[] key);

  boolean isEmpty();

  /** Receives records. */
  interface RecordConsumer<E extends Exception> {
    void accept(byte[] key, byte[] value) throws E;
  }

  /** Reads the records from the first key, inclusive, to the second, exclusive, in order. */
  <E extends Exception> void forEach(byte[] from, byte[] to, RecordConsumer<E> consumer) throws E;

  /** Returns an empty batch for {@link #write}, to be used again and again, and to be closed. */
  RecordWrites newWrites();

  /**
   * Begins to write a batch, which must not change before the {@link #sync}. A crash before that
   * leaves all of the batch on the disk or nothing.
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
   * Returns all records as they are now. Any thread may read and close it, also after the close.
   */
  RecordSnapshot snapshot();

  /** Frees in the background what deletes of whole ranges left: reads step over it otherwise. */
  void compactDeleted();

  /** Releases files and memory. A second call does nothing. */
  @Override
  void close();
}
