package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.RecordSnapshot;
import io.holdfast.storage.disk.RecordStore;
import io.holdfast.storage.disk.RecordWrites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk that survives the crash of its process: it then holds what was synced, and of what was
 * written and not synced all or nothing.
 */
public final class SimulatedDisk {
  private final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);

  private final TreeMap<byte[], byte[]> copied = new TreeMap<>(Arrays::compareUnsigned);

  /** What was written and not synced. */
  private List<Runnable> unsynced = List.of();

  /** The records for one opening of a store. */
  RecordStore open(BooleanSupplier nextSyncFails, RandomGenerator random) {
    return new OpenRecords(nextSyncFails, random);
  }

  boolean isUnsynced() {
    return !unsynced.isEmpty();
  }

  /** The process dies. */
  void crash(RandomGenerator random) {
    if (!unsynced.isEmpty() && random.nextBoolean()) {
      sync();
    }
    unsynced = List.of();
  }

  private void sync() {
    unsynced.forEach(Runnable::run);
    unsynced = List.of();
  }

  private final class OpenRecords implements RecordStore {
    private final BooleanSupplier nextSyncFails;
    private final RandomGenerator random;

    OpenRecords(BooleanSupplier nextSyncFails, RandomGenerator random) {
      this.nextSyncFails = nextSyncFails;
      this.random = random;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      return records.get(key);
    }

    /** A time that was seen may be there before the store is created. */
    @Override
    public boolean isEmpty() {
      return records.size() == (records.containsKey(RecordKeys.CLOCK) ? 1 : 0);
    }

    @Override
    public <E extends Exception> void forEach(byte[] from, byte[] to, RecordConsumer<E> consumer)
        throws E {
      for (Map.Entry<byte[], byte[]> record : records.subMap(from, true, to, false).entrySet()) {
        consumer.accept(record.getKey(), record.getValue());
      }
    }

    @Override
    public RecordWrites newWrites() {
      return new Writes(SimulatedDisk.this);
    }

    @Override
    public void write(RecordWrites writes) {
      unsynced = List.copyOf(((Writes) writes).steps);
    }

    @Override
    public void sync() {
      if (nextSyncFails.getAsBoolean()) {
        crash(random);
        throw new DiskException("simulated", null);
      }
      SimulatedDisk.this.sync();
    }

    @Override
    public RecordSnapshot snapshot() {
      return new CopiedRecords(records);
    }

    @Override
    public void compactDeleted() {}

    @Override
    public void close() {}
  }

  /** A batch. */
  private static final class Writes implements RecordWrites {
    private final List<Runnable> steps = new ArrayList<>();
    private final SimulatedDisk disk;
    private long bytes;

    Writes(SimulatedDisk disk) {
      this.disk = disk;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      bytes += key.length + value.length;
      steps.add(() -> disk.put(key, value));
    }

    @Override
    public void delete(byte[] key) {
      bytes += key.length;
      steps.add(() -> disk.records.remove(key));
    }

    @Override
    public void deleteRange(byte[] from, byte[] to) {
      steps.add(() -> disk.records.subMap(from, true, to, false).clear());
    }

    @Override
    public boolean isEmpty() {
      return steps.isEmpty();
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public void clear() {
      steps.clear();
      bytes = 0;
    }

    @Override
    public void close() {
      clear();
    }
  }

  private void put(byte[] key, byte[] value) {
    byte[] before = records.put(key, value);
    if (before != null && key[0] == RecordKeys.FIRST_GROUP[0] && RecordKeys.isFamily(key)) {
      Version old = Records.version(family(before).getVersion());
      Version now = Records.version(family(value).getVersion());
      if (now.isBefore(old)) {
        throw new AssertionError("the version of a family goes back: " + old + " to " + now);
      }
    }
  }

  private static FamilyRecord family(byte[] record) {
    try {
      return FamilyRecord.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  public void lose() {
    records.clear();
  }

  /** Keeps a copy of all that is on it. */
  public void copy() {
    copied.clear();
    copied.putAll(records);
  }

  /** What is on it is what was on it at the time of the copy. */
  public void restore() {
    records.clear();
    records.putAll(copied);
  }

  /** The store that is created here has seen this time in a version. */
  public void seen(long millis) {
    records.merge(
        RecordKeys.CLOCK,
        ClockRecord.newBuilder().setLast(millis << HybridClock.COUNTER_BITS).build().toByteArray(),
        (before, now) -> last(before) > last(now) ? before : now);
  }

  private static long last(byte[] record) {
    try {
      return ClockRecord.parseFrom(record).getLast();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** The value of the gauge without labels that a job has pushed, as it is on the disk. */
  public @Nullable Double gauge(String job, String family) {
    byte[] record =
        records.get(RecordKeys.family(GroupKey.of(new TreeMap<>(Map.of("job", job))), family));
    try {
      return record == null
          ? null
          : MetricFamily.parseFrom(family(record).getMetricFamily())
              .getMetric(0)
              .getGauge()
              .getValue();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
