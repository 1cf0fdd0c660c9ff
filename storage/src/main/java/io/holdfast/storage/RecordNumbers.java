package io.holdfast.storage;

/**
 * The numbers of a store's records, ascending with each write. After a start, the numbers go on
 * behind the highest number on the disk.
 *
 * <p>Concurrency: confined to the writer thread.
 */
final class RecordNumbers {
  private long last;

  long next() {
    last++;
    return last;
  }

  /** Notes a number on the disk. */
  void found(long number) {
    last = Math.max(last, number);
  }
}
