package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.disk.RecordWrites;
import java.time.Instant;
import java.util.Map;

/** Applies changes in memory as the writer does, without a disk. */
final class Applying implements AutoCloseable {
  static final long NODE = 7;

  private final RecordWrites writes;
  private final CommitBatch batch;
  private final StoreState state;
  private final ChangeApplier applier;

  Applying(Map<String, MetricType> reserved) {
    this(reserved, GroupLimits.NONE);
  }

  Applying(Map<String, MetricType> reserved, GroupLimits limits) {
    this(reserved, limits, Long.MAX_VALUE);
  }

  Applying(Map<String, MetricType> reserved, GroupLimits limits, long maximumBytes) {
    this.writes = new NoWrites();
    this.batch = new CommitBatch(writes);
    HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(1_700_000_000_000L), 0);
    this.state =
        new StoreState(
            new Groups(false),
            clock,
            new StoreState.Identity(NODE, 1),
            ClusterMetadata.none(),
            reserved);
    this.applier = new ChangeApplier(state, limits, maximumBytes);
  }

  WriteOutcome apply(Change change) {
    WriteOutcome outcome = applier.apply(change, batch);
    batch.clear();
    return outcome;
  }

  Groups groups() {
    return state.groups();
  }

  String text() {
    return Pushes.text(state.groups().exposition());
  }

  @Override
  public void close() {
    writes.close();
  }
}
