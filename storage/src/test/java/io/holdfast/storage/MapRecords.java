package io.holdfast.storage;

import io.holdfast.storage.disk.RecordSnapshot;
import io.holdfast.storage.disk.RecordStore;
import io.holdfast.storage.disk.RecordWrites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records in a map. Has no snapshots, and no crash loses anything. Tests make it fail. */
class MapRecords implements RecordStore {
  private final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);

  MapRecords copy() {
    MapRecords copy = new MapRecords();
    copy.records.putAll(records);
    return copy;
  }

  boolean hasNoGroups() {
    return records.subMap(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS).isEmpty();
  }

  void clear() {
    records.clear();
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return records.get(key);
  }

  @Override
  public boolean isEmpty() {
    return records.isEmpty();
  }

  @Override
  public <E extends Exception> void forEach(byte[] from, byte[] to, RecordConsumer<E> consumer)
      throws E {
    for (Map.Entry<byte[], byte[]> record : records.subMap(from, to).entrySet()) {
      consumer.accept(record.getKey(), record.getValue());
    }
  }

  @Override
  public RecordWrites newWrites() {
    return new MapWrites();
  }

  @Override
  public void write(RecordWrites writes) {
    ((MapWrites) writes).steps.forEach(Runnable::run);
  }

  @Override
  public void sync() {}

  @Override
  public RecordSnapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void compactDeleted() {}

  @Override
  public void close() {}

  private final class MapWrites implements RecordWrites {
    private final List<Runnable> steps = new ArrayList<>();

    @Override
    public void put(byte[] key, byte[] value) {
      steps.add(() -> records.put(key, value));
    }

    @Override
    public void delete(byte[] key) {
      steps.add(() -> records.remove(key));
    }

    @Override
    public void deleteRange(byte[] from, byte[] to) {
      steps.add(() -> records.subMap(from, to).clear());
    }

    @Override
    public boolean isEmpty() {
      return steps.isEmpty();
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void clear() {
      steps.clear();
    }

    @Override
    public void close() {}
  }
}
