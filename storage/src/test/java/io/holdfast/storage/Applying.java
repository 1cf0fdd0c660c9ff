package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.time.Instant;
import java.util.Map;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Applies changes in memory as the writer does, without a disk. */
final class Applying implements AutoCloseable {
  static final long NODE = 7;

  private final CommitBatch batch;
  private final ChangeApplier applier;

  Applying(Map<String, MetricType> reserved) {
    RocksDB.loadLibrary();
    this.batch = new CommitBatch();
    HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(1_700_000_000_000L), 0);
    this.applier = new ChangeApplier(new Groups(), clock, NODE, reserved);
  }

  WriteOutcome apply(Change change) {
    try {
      WriteOutcome outcome = applier.apply(change, batch);
      batch.clear();
      return outcome;
    } catch (RocksDBException e) {
      throw new AssertionError(e);
    }
  }

  Groups groups() {
    return applier.groups();
  }

  String text() {
    return Pushes.text(applier.exposition());
  }

  @Override
  public void close() {
    batch.close();
  }
}
