package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.server.page.GroupQuery.Sort;
import io.holdfast.server.page.GroupSearch.Found;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupSearchTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String METRIC = "m 1\n";
  private static final String REFUSED = "m 1 1700000000000\n";

  @TempDir Path directory;
  private Instant now = START;
  private RocksGroupStore store;

  @BeforeEach
  void open() throws StoreException {
    store =
        RocksGroupStore.open(
            new StoreOptions(
                directory,
                new StoreOptions.Surroundings(
                    () -> now, System::nanoTime, (changes, bytes, nanos) -> {}),
                StoreOptions.Capacity.ofQueue(1_000),
                StoreOptions.Rules.NONE,
                null),
            Runnable::run);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void push(String job, String instance, String text) throws ParseException {
    now = now.plusSeconds(60);
    TreeMap<String, String> labels = new TreeMap<>(Map.of("job", job));
    if (!instance.isEmpty()) {
      labels.put("instance", instance);
    }
    store
        .submit(
            PushPreparation.prepare(
                GroupKey.of(labels),
                false,
                now.toEpochMilli() * 1_000_000,
                TextParser.parse(text.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
                ContentLimits.ofText(1 << 20)))
        .join();
  }

  private Found find(GroupQuery query) {
    return GroupSearch.find(store.exposition(), query, now);
  }

  private static List<String> names(Found found) {
    return found.groups().stream()
        .map(group -> group.key().label("job") + group.key().label("instance"))
        .toList();
  }

  private void pushSome() throws ParseException {
    push("b", "1", METRIC);
    push("a", "2", METRIC);
    push("c", "", METRIC);
    push("a", "1", METRIC);
    push("b", "", REFUSED);
    push("b", "1", REFUSED);
  }

  @Test
  void byName_isByJob_thenByTheOtherLabels() throws Exception {
    pushSome();

    Found found = find(GroupQuery.ALL);

    assertEquals(List.of("a1", "a2", "b1", "b", "c"), names(found));
    assertEquals(5, found.all());
    assertEquals(5, found.matching());
    assertEquals(2, found.failed());
    assertEquals(0, found.shadowed());
  }

  @Test
  void byTime_isByTheLastPushThatSucceeded_neverIsOldest() throws Exception {
    pushSome();

    assertEquals(
        List.of("a1", "c", "a2", "b1", "b"), names(find(GroupQuery.ALL.sortedBy(Sort.NEWEST))));
    assertEquals(
        List.of("b", "b1", "a2", "c", "a1"), names(find(GroupQuery.ALL.sortedBy(Sort.OLDEST))));
  }

  @Test
  void filters_leaveOut_andAreMetTogether() throws Exception {
    pushSome();

    assertEquals(List.of("b1", "b"), names(find(GroupQuery.read(Map.of("failed", "1")))));
    assertEquals(
        List.of("b1"), names(find(GroupQuery.read(Map.of("failed", "1", "q", "instance=1")))));
    assertEquals(List.of("b1", "b"), names(find(GroupQuery.read(Map.of("older", "5m")))));
    assertEquals(List.of(), names(find(GroupQuery.read(Map.of("shadowed", "1")))));
    Found found = find(GroupQuery.read(Map.of("q", "job=a")));
    assertEquals(List.of("a1", "a2"), names(found));
    assertEquals(2, found.matching());
    assertEquals(5, found.all());
  }

  @Test
  void aPushThatSucceeds_endsTheFailure() throws Exception {
    pushSome();
    push("b", "1", METRIC);

    assertEquals(List.of("b"), names(find(GroupQuery.read(Map.of("failed", "1")))));
  }

  @Test
  void pages_haveFifty_andTheLastIsShownForThoseBehind() throws Exception {
    for (int i = 0; i < 120; i++) {
      push("job%03d".formatted(i), "", METRIC);
    }

    Found second = find(GroupQuery.ALL.onPage(2));
    Found last = find(GroupQuery.ALL.onPage(99));

    assertEquals(3, second.pages());
    assertEquals("job050", names(second).get(0));
    assertEquals(50, second.groups().size());
    assertEquals(51, second.first());
    assertEquals(100, second.last());
    assertEquals(3, last.page());
    assertEquals(20, last.groups().size());
    assertEquals(120, last.last());
  }

  @Test
  void list_hasLinksToFewPages() throws Exception {
    for (int i = 0; i < 501; i++) {
      push("job" + i, "", METRIC);
    }

    GroupList list = GroupList.of(store.exposition(), GroupQuery.ALL.onPage(5), now);

    assertEquals(List.of(1, 0, 4, 5, 6, 0, 11), list.pages());
    assertEquals("201\u2013250", list.range());
    assertEquals("501 groups", list.count());
    assertEquals("/?page=6", list.page(6));
    assertEquals("/", list.page(1));
  }
}
