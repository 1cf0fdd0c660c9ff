package io.holdfast.storage;

import io.holdfast.storage.disk.RecordSnapshot;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A copy of a simulated disk. Does not notice that it is used after it was closed. */
final class CopiedRecords implements RecordSnapshot {
  private final TreeMap<byte[], byte[]> records;

  CopiedRecords(SortedMap<byte[], byte[]> records) {
    this.records = new TreeMap<>(records);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return records.get(key);
  }

  @Override
  public List<byte @Nullable []> get(List<byte[]> keys) {
    return keys.stream().map(this::get).toList();
  }

  @Override
  public Cursor cursor() {
    return new Cursor() {
      private Map.@Nullable Entry<byte[], byte[]> at;

      @Override
      public byte @Nullable [] seek(byte[] key) {
        at = records.ceilingEntry(key);
        return at == null ? null : at.getKey();
      }

      @Override
      public byte @Nullable [] next() {
        at = at == null ? null : records.higherEntry(at.getKey());
        return at == null ? null : at.getKey();
      }

      @Override
      public byte[] value() {
        return at == null ? new byte[0] : at.getValue();
      }

      @Override
      public void rest() {}

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
