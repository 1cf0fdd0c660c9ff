package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordKeysTest {
  /** Prefixes of each other, empty, with the bytes that end things, beyond the first plane. */
  private static final List<String> TEXTS =
      List.of("", "a", "aa", "a\u0000", "\u0000", "b", "é", "\u00fe", "\u00ff", "\uD83D\uDE00");

  @Test
  void groupKeys_areDistinct_ordered_andReadBack() {
    Set<String> encodings = new HashSet<>();
    List<GroupKey> keys = keys();
    for (GroupKey key : keys) {
      assertTrue(encodings.add(HexFormat.of().formatHex(key.encoded())), key.toString());
      GroupKey decoded = GroupKey.decode(key.encoded());
      assertEquals(key, decoded);
      assertEquals(key.hashCode(), decoded.hashCode());
      assertEquals(key.labels(), decoded.labels());
      assertEquals(key, GroupKey.of(decoded.labels()));
    }
    keys.sort(null);
    for (int i = 1; i < keys.size(); i++) {
      byte[] one = RecordKeys.of(keys.get(i - 1), RecordKeys.MAX_NUMBER);
      assertTrue(Arrays.compareUnsigned(one, RecordKeys.of(keys.get(i), 0)) < 0);
    }
  }

  private static List<GroupKey> keys() {
    List<GroupKey> keys = new ArrayList<>();
    for (String value : TEXTS) {
      keys.add(Pushes.job(value));
      for (String name : TEXTS) {
        keys.add(Pushes.group("job", value, "x" + name, ""));
        keys.add(Pushes.group("job", "", "x" + name, value + "y"));
        keys.add(Pushes.group("a", name, "job", value + "y"));
      }
    }
    return keys;
  }

  /** A label's name may look like a number. */
  @Test
  void recordKeys_areDistinct_inOrderOfNumbers_andReadBack() {
    List<byte[]> all = new ArrayList<>();
    List<GroupKey> groups = keys();
    groups.sort(null);
    for (GroupKey group : groups) {
      for (long number :
          new long[] {0, 1, 127, 128, 1L << 32, RecordKeys.MAX_NUMBER - 1, RecordKeys.MAX_NUMBER}) {
        byte[] key = RecordKeys.of(new StoredRecord(group, number));
        assertEquals(group, RecordKeys.groupOf(key));
        assertEquals(number, RecordKeys.numberOf(key));
        assertTrue(RecordKeys.areOfOneGroup(RecordKeys.of(group, 7), key));
        all.add(key);
      }
    }
    assertTrue(Arrays.compareUnsigned(RecordKeys.FIRST_GROUP, all.get(0)) <= 0);
    for (int i = 1; i < all.size(); i++) {
      assertTrue(Arrays.compareUnsigned(all.get(i - 1), all.get(i)) < 0);
      assertEquals(
          RecordKeys.groupOf(all.get(i - 1)).equals(RecordKeys.groupOf(all.get(i))),
          RecordKeys.areOfOneGroup(all.get(i - 1), all.get(i)));
    }
    assertTrue(Arrays.compareUnsigned(RecordKeys.BEHIND_GROUPS, all.get(all.size() - 1)) > 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, RecordKeys.MAX_NUMBER + 1})
  void numberWithoutRoom_isRefused(long number) {
    assertThrows(IllegalArgumentException.class, () -> RecordKeys.of(Pushes.job("a"), number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"67", "6761ff62fe00000000000000", "fd00000000000001"})
  void bytesThatAreNoRecordKey_areRefused(String hex) {
    byte[] key = HexFormat.of().parseHex(hex);
    assertThrows(IllegalArgumentException.class, () -> RecordKeys.groupOf(key));
  }

  @Test
  void bytesThatAreNoNumber_areRefused() {
    byte[] key = HexFormat.of().parseHex("6761ff62fd00000000008000");
    assertThrows(IllegalArgumentException.class, () -> RecordKeys.numberOf(key));
  }

  @Test
  void recordKey_isAsDocumented() {
    GroupKey backup = Pushes.job("backup");
    assertArrayEquals(
        HexFormat.of().parseHex("67" + "6a6f62" + "ff" + "6261636b7570" + "fd"),
        RecordKeys.prefix(backup));
    assertArrayEquals(
        HexFormat.of().parseHex("67" + "6a6f62" + "ff" + "6261636b7570" + "fd" + "0000000000027f"),
        RecordKeys.of(backup, 383));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "61", "61ff", "61ff62", "61fe", "ff62ff63fe", "61ff62fe63", "fefe"})
  void bytesThatAreNoGroupKey_areRefused(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    String message =
        assertThrows(IllegalArgumentException.class, () -> GroupKey.decode(bytes)).getMessage();
    assertEquals(
        "grouping key: " + hex + " (expected: labels, each a name, FF, a value, FE)", message);
  }

  @Test
  void groupKeyWithoutLabels_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> GroupKey.of(new TreeMap<>()));
  }

  @Test
  void groupKey_isShownAsASelector() {
    assertEquals(
        "{job=\"a\",path=\"C:\\\\x\\n\\\"\"}",
        Pushes.group("path", "C:\\x\n\"", "job", "a").toString());
  }
}
