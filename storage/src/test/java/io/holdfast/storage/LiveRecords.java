package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.disk.RecordStore;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The records of a store's groups, compared with what memory knows of them. */
final class LiveRecords {
  private LiveRecords() {}

  /**
   * Checks that each group has its newest record and those with its families, and no others, and
   * that each family is in its record.
   */
  static void check(StoreState state, RecordStore records, String where) {
    assertEquals(held(state), onDisk(records), where);
    for (Group group : state.groups().all()) {
      for (Family family : group.families.values()) {
        RecordContent.Part part = part(family, records);
        assertNotNull(part, () -> where + ": " + group.key + " " + family.name());
        assertEquals(family.version, Records.version(part.record().getVersion()), where);
        assertEquals(family.claimedAt, Records.version(part.record().getClaimedAt()), where);
      }
    }
  }

  private static Set<String> held(StoreState state) {
    Set<String> held = new TreeSet<>();
    for (Group group : state.groups().all()) {
      held.add(name(Objects.requireNonNull(group.newestRecord)));
      for (Family family : group.families.values()) {
        held.add(name(Objects.requireNonNull(family.record)));
      }
    }
    return held;
  }

  private static String name(StoredRecord record) {
    return record.group + " " + record.number;
  }

  /** The group and the number of each record. */
  static Set<String> onDisk(RecordStore records) {
    Set<String> found = new TreeSet<>();
    records.forEach(
        RecordKeys.FIRST_GROUP,
        RecordKeys.BEHIND_GROUPS,
        (key, value) ->
            found.add(name(new StoredRecord(RecordKeys.groupOf(key), RecordKeys.numberOf(key)))));
    return found;
  }

  private static RecordContent.Part part(Family family, RecordStore records) {
    byte[] value = records.get(RecordKeys.of(Objects.requireNonNull(family.record)));
    try {
      return new RecordContent(Objects.requireNonNull(value)).family(family.name());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Everything that a store knows, floors included, in order of the groups. */
  static String describe(StoreState state) {
    StringBuilder text = new StringBuilder("wiped " + state.groups().wipedAt() + "\n");
    TreeMap<GroupKey, String> groups = new TreeMap<>();
    for (Group group : state.groups().all()) {
      groups.put(group.key, GroupMergeTest.show(group) + "\nseries " + group.seriesCount);
    }
    groups.forEach((key, group) -> text.append(key).append('\n').append(group).append('\n'));
    Exposition exposition = state.groups().exposition();
    return text.append(exposition.shadowedSeries())
        .append('\n')
        .append(Pushes.text(exposition))
        .toString();
  }
}
