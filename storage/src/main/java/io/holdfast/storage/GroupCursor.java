package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.store.GroupRecord;
import io.holdfast.storage.disk.RecordSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cursor that moves from group to group, in order of the grouping keys, and reads the records of
 * each. Small groups are read once. Of a large group, the cursor keeps some records, and reads the
 * others again.
 *
 * <p>Concurrency: one thread at a time.
 */
final class GroupCursor implements AutoCloseable {
  /** Bounds the memory of kept records. */
  private static final int MAX_KEPT_BYTES = 64 << 10;

  private final RecordSnapshot.Cursor cursor;

  /** The first key behind the current group; null beyond the last record. */
  private byte @Nullable [] behind;

  /** Whether the cursor has left {@link #behind} to read a record again. */
  private boolean isAway;

  private @Nullable GroupKey key;
  private GroupRecord newest = GroupRecord.getDefaultInstance();
  private final List<Long> numbers = new ArrayList<>();
  private final Map<Long, RecordContent> kept = new HashMap<>();
  private long keptBytes;

  /**
   * Creates a cursor before the first group.
   *
   * @param cursor becomes the cursor's own
   */
  GroupCursor(RecordSnapshot.Cursor cursor) {
    this.cursor = cursor;
  }

  /** Moves to the first group. Returns whether there is one. */
  boolean first() throws InvalidProtocolBufferException {
    return read(cursor.seek(RecordKeys.FIRST_GROUP));
  }

  /** Moves to this group. Returns whether the group has records. */
  boolean seek(GroupKey group) throws InvalidProtocolBufferException {
    byte[] prefix = RecordKeys.prefix(group);
    return read(cursor.seek(prefix)) && key().equals(group);
  }

  /** Moves to the next group. Returns whether there is one. */
  boolean next() throws InvalidProtocolBufferException {
    byte[] to = behind;
    return read(isAway && to != null ? cursor.seek(to) : to);
  }

  /** Returns the current group. */
  GroupKey key() {
    if (key == null) {
      throw new IllegalStateException("read outside the groups");
    }
    return key;
  }

  /** Returns the current group's own fields. */
  GroupRecord newest() {
    return newest;
  }

  /** Returns the numbers of the current group's records, ascending. */
  List<Long> numbers() {
    return numbers;
  }

  /** Returns a record of the current group. */
  RecordContent content(long number) {
    RecordContent content = kept.get(number);
    if (content == null) {
      byte[] at = RecordKeys.of(key(), number);
      isAway = true;
      byte[] found = cursor.seek(at);
      if (found == null || !RecordKeys.areOfOneGroup(at, found)) {
        throw new IllegalStateException("record " + number + " of " + key() + " has gone");
      }
      content = new RecordContent(cursor.value());
      keep(number, content);
    }
    return content;
  }

  private void keep(long number, RecordContent content) {
    if (keptBytes + content.size() > MAX_KEPT_BYTES) {
      drop();
    }
    kept.put(number, content);
    keptBytes += content.size();
  }

  private void drop() {
    kept.clear();
    keptBytes = 0;
  }

  private boolean read(byte @Nullable [] first) throws InvalidProtocolBufferException {
    numbers.clear();
    drop();
    key = null;
    isAway = false;
    behind = first;
    if (first == null || first[0] != RecordKeys.FIRST_GROUP[0]) {
      return false;
    }
    GroupKey group = RecordKeys.groupOf(first);
    byte[] at = first;
    RecordContent last = null;
    while (at != null && RecordKeys.areOfOneGroup(first, at)) {
      long number = RecordKeys.numberOf(at);
      last = new RecordContent(cursor.value());
      numbers.add(number);
      keep(number, last);
      at = cursor.next();
    }
    newest = last == null ? GroupRecord.getDefaultInstance() : last.group();
    behind = at;
    key = group;
    return true;
  }

  /** Frees the records in memory, and the memory of the database's cursor, until the next read. */
  void rest() {
    drop();
    cursor.rest();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
