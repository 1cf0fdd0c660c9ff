package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The records into which one change of a group is split. A reader of one family reads a whole
 * record, so a record has a bounded size. Only a single large family takes more.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class RecordPieces {
  static final int MAX_FAMILIES = 16;
  static final int MAX_BYTES = 16 << 10;

  private final GroupKey group;
  private final RecordNumbers numbers;
  private @Nullable StoredRecord last;
  private int families;
  private long bytes;

  RecordPieces(GroupKey group, RecordNumbers numbers) {
    this.group = group;
    this.numbers = numbers;
  }

  /**
   * Returns the record for the next family. The caller asks in order of the families' names.
   *
   * @param size the bytes of the family, roughly
   */
  StoredRecord take(int size) {
    if (last == null || families == MAX_FAMILIES || bytes + size > MAX_BYTES) {
      last = new StoredRecord(group, numbers.next());
      families = 0;
      bytes = 0;
    }
    families++;
    bytes += size;
    return last;
  }
}
