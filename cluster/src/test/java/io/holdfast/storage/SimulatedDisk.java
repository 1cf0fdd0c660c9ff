package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.storage.disk.RecordSnapshot;
import io.holdfast.storage.disk.RecordWrites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a disk holds after a crash: the writes that were synced, and no others. */
public final class SimulatedDisk {
  private final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);

  private final TreeMap<byte[], byte[]> copied = new TreeMap<>(Arrays::compareUnsigned);

  /** Writes that are under way. */
  static final class Writes implements RecordWrites {
    private final List<Runnable> steps = new ArrayList<>();
    private final SimulatedDisk disk;
    private long bytes;

    Writes(SimulatedDisk disk) {
      this.disk = disk;
    }

    void sync() {
      steps.forEach(Runnable::run);
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

  byte @Nullable [] get(byte[] key) {
    return records.get(key);
  }

  RecordSnapshot snapshot() {
    return new CopiedRecords(records);
  }

  SortedMap<byte[], byte[]> groupRecords() {
    return records.subMap(RecordKeys.FIRST_GROUP, true, RecordKeys.BEHIND_GROUPS, false);
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
