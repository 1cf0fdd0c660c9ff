package io.holdfast.storage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The keys of the store, by example (format 1):
 *
 * <pre>
 * mstore                               StoreRecord
 * mclock                               ClockRecord
 * mwipe                                WipeRecord
 * mcluster                             ClusterRecord
 * mtakeover                            MigrationRecord
 * g job FF backup FD number            ChangeRecord of {job="backup"}
 * </pre>
 *
 * <p>The grouping key ends with FD in place of its last FE. FD is no byte of UTF-8, and smaller
 * than FE. The records of one group are therefore neighbours, in order of their numbers, and the
 * groups are in the order of their {@link GroupKey}s.
 *
 * <p>A number has seven bytes of seven bits, the highest first.
 */
final class RecordKeys {
  private static final byte GROUPS = 'g';
  private static final byte AFTER_GROUP = (byte) 0xFD;
  private static final int NUMBER_BYTES = 7;
  private static final int BITS_PER_BYTE = 7;

  /** The highest number. A million records a second take 17 years to reach it. */
  static final long MAX_NUMBER = (1L << (NUMBER_BYTES * BITS_PER_BYTE)) - 1;

  static final byte[] STORE = ascii("mstore");
  static final byte[] CLOCK = ascii("mclock");
  static final byte[] WIPE = ascii("mwipe");
  static final byte[] CLUSTER = ascii("mcluster");
  static final byte[] MIGRATION = ascii("mtakeover");

  /** The first key of the groups' records, inclusive. */
  static final byte[] FIRST_GROUP = {GROUPS};

  /** The end of the keys of the groups' records, exclusive. */
  static final byte[] BEHIND_GROUPS = {GROUPS + 1};

  private RecordKeys() {}

  static byte[] of(StoredRecord record) {
    return of(record.group, record.number);
  }

  static byte[] of(GroupKey group, long number) {
    if (number < 0 || number > MAX_NUMBER) {
      throw new IllegalArgumentException(
          "record number: " + number + " (expected: at most " + MAX_NUMBER + ")");
    }
    byte[] key = started(group, NUMBER_BYTES);
    long rest = number;
    for (int at = key.length - 1; at >= key.length - NUMBER_BYTES; at--) {
      key[at] = (byte) (rest & 0x7f);
      rest >>>= BITS_PER_BYTE;
    }
    return key;
  }

  /** Returns the common beginning of the keys of a group's records. */
  static byte[] prefix(GroupKey group) {
    return started(group, 0);
  }

  private static byte[] started(GroupKey group, int more) {
    byte[] encoded = group.encoded();
    byte[] key = new byte[1 + encoded.length + more];
    key[0] = GROUPS;
    System.arraycopy(encoded, 0, key, 1, encoded.length);
    key[encoded.length] = AFTER_GROUP;
    return key;
  }

  /**
   * Returns the group in the key of a record.
   *
   * @throws IllegalArgumentException if the bytes are not such a key
   */
  static GroupKey groupOf(byte[] key) {
    int end = key.length - NUMBER_BYTES;
    if (end < 2 || key[end - 1] != AFTER_GROUP) {
      throw noKey(key);
    }
    byte[] encoded = Arrays.copyOfRange(key, 1, end);
    encoded[encoded.length - 1] = GroupKey.AFTER_VALUE;
    return GroupKey.decode(encoded);
  }

  /**
   * Returns the number in the key of a record.
   *
   * @throws IllegalArgumentException if the bytes are not such a key
   */
  static long numberOf(byte[] key) {
    long number = 0;
    for (int at = Math.max(key.length - NUMBER_BYTES, 0); at < key.length; at++) {
      if (key[at] < 0) {
        throw noKey(key);
      }
      number = number << BITS_PER_BYTE | key[at];
    }
    return number;
  }

  private static IllegalArgumentException noKey(byte[] key) {
    return new IllegalArgumentException(
        "record key: "
            + HexFormat.of().formatHex(key)
            + " (expected: a grouping key, FD, seven bytes below 80)");
  }

  /** Returns whether two keys are of records of one group. */
  static boolean areOfOneGroup(byte[] one, byte[] other) {
    int length = one.length - NUMBER_BYTES;
    return one.length == other.length && Arrays.equals(one, 0, length, other, 0, length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
