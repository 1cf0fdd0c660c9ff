package io.holdfast.storage;

import io.holdfast.storage.disk.RecordStore;
import io.holdfast.storage.disk.RecordWrites;

/**
 * An open store: its records, its state in memory, and the batch of changes that are only in
 * memory.
 *
 * <p>Concurrency: confined to the writer thread.
 */
record OpenStore(
    RecordStore records, WriterCommand.Writing writing, RecordWrites writes, CommitBatch batch) {

  /** Returns a store with an empty batch. */
  static OpenStore of(RecordStore records, WriterCommand.Writing writing) {
    RecordWrites writes = records.newWrites();
    return new OpenStore(records, writing, writes, new CommitBatch(writes));
  }

  StoreState state() {
    return writing.state();
  }

  void close() {
    batch.clear();
    writes.close();
    records.close();
  }
}
