package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
      byte[] one = RecordKeys.group(keys.get(i - 1));
      assertTrue(Arrays.compareUnsigned(one, RecordKeys.group(keys.get(i))) < 0);
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

  /** A family name may look like a label's, and a label's name like a family's. */
  @Test
  void recordKeys_areDistinct_andReadBack() {
    Set<String> seen = new HashSet<>();
    List<String> names = new ArrayList<>(List.of("job", "jobs", "x", "m"));
    names.addAll(TEXTS.subList(1, TEXTS.size()));
    for (GroupKey group : keys()) {
      byte[] own = RecordKeys.group(group);
      assertTrue(seen.add(HexFormat.of().formatHex(own)));
      assertFalse(RecordKeys.isFamily(own));
      assertEquals(group, RecordKeys.groupOf(own));
      for (String name : names) {
        byte[] key = RecordKeys.family(group, name);
        assertTrue(seen.add(HexFormat.of().formatHex(key)), group + " " + name);
        assertTrue(RecordKeys.isFamily(key));
        assertEquals(group, RecordKeys.groupOf(key));
        assertTrue(Arrays.compareUnsigned(RecordKeys.FIRST_GROUP, key) <= 0);
        assertTrue(Arrays.compareUnsigned(RecordKeys.BEHIND_GROUPS, key) > 0);
      }
    }
  }

  @Test
  void recordKey_isAsDocumented() {
    GroupKey backup = Pushes.job("backup");
    assertArrayEquals(
        HexFormat.of().parseHex("67" + "6a6f62" + "ff" + "6261636b7570" + "fe"),
        RecordKeys.group(backup));
    assertArrayEquals(
        HexFormat.of().parseHex("67" + "6a6f62" + "ff" + "6261636b7570" + "fe" + "6d"),
        RecordKeys.family(backup, "m"));
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
