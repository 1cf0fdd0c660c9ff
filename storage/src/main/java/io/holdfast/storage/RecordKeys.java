package io.holdfast.storage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of the store, by example (format 1):
 *
 * <pre>
 * mstore                               StoreRecord
 * mclock                               ClockRecord
 * mwipe                                WipeRecord
 * mcluster                             ClusterRecord
 * mtakeover                            MigrationRecord
 * g job FF backup FE                   GroupRecord of {job="backup"}
 * g job FF backup FE last_success      FamilyRecord of its family last_success
 * </pre>
 *
 * <p>The grouping key ends with the last FE, because a family name is UTF-8 and has no FE.
 */
final class RecordKeys {
  private static final byte GROUPS = 'g';

  static final byte[] STORE = ascii("mstore");
  static final byte[] CLOCK = ascii("mclock");
  static final byte[] WIPE = ascii("mwipe");
  static final byte[] CLUSTER = ascii("mcluster");
  static final byte[] MIGRATION = ascii("mtakeover");

  /** The first key of groups and families, inclusive. */
  static final byte[] FIRST_GROUP = {GROUPS};

  /** The end of the keys of groups and families, exclusive. */
  static final byte[] BEHIND_GROUPS = {GROUPS + 1};

  private RecordKeys() {}

  static byte[] group(GroupKey group) {
    return family(group, "");
  }

  static byte[] family(GroupKey group, String name) {
    byte[] prefix = group.encoded();
    byte[] suffix = name.getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[1 + prefix.length + suffix.length];
    key[0] = GROUPS;
    System.arraycopy(prefix, 0, key, 1, prefix.length);
    System.arraycopy(suffix, 0, key, 1 + prefix.length, suffix.length);
    return key;
  }

  /** Returns the group in the key of a group or family. */
  static GroupKey groupOf(byte[] key) {
    return GroupKey.decode(Arrays.copyOfRange(key, 1, familyStart(key)));
  }

  static boolean isFamily(byte[] key) {
    return familyStart(key) < key.length;
  }

  /** Returns the family's name in a key whose group's part has this length. */
  static String familyName(byte[] key, int groupLength) {
    return new String(key, groupLength, key.length - groupLength, StandardCharsets.UTF_8);
  }

  private static int familyStart(byte[] key) {
    int end = key.length;
    while (end > 1 && key[end - 1] != GroupKey.AFTER_VALUE) {
      end--;
    }
    return end;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
