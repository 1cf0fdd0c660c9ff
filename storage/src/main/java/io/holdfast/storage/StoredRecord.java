package io.holdfast.storage;

/**
 * A record of a group on the disk, as memory knows it. The families of the record that are the
 * group's present families refer to it. The group refers to its newest record. A record without any
 * of these holders is dead, and deleted.
 *
 * <p>Concurrency: group and number are immutable. The holders are confined to the writer thread.
 */
final class StoredRecord {
  final GroupKey group;

  /** The place among all records of the store. A later record has a higher number. */
  final long number;

  private int holders;

  StoredRecord(GroupKey group, long number) {
    this.group = group;
    this.number = number;
  }

  void hold() {
    holders++;
  }

  /** Takes away one holder. Returns whether the record is dead now. */
  boolean release() {
    holders--;
    return holders == 0;
  }

  boolean isDead() {
    return holders == 0;
  }
}
