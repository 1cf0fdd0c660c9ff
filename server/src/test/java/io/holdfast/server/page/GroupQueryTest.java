package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.page.GroupQuery.Sort;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupQueryTest {
  @Test
  void read_ofNothing_isAllGroupsByName() {
    assertEquals(GroupQuery.ALL, GroupQuery.read(Map.of()));
    assertEquals("", GroupQuery.ALL.queryString());
    assertFalse(GroupQuery.ALL.isFiltered());
  }

  @Test
  void read_ofEverything_comesOutTheSame() {
    GroupQuery query = new GroupQuery("job=a&b #\u00e9", true, true, "7d", Sort.OLDEST, 3);

    assertEquals(
        "?q=job%3Da%26b%20%23%C3%A9&failed=1&shadowed=1&older=7d&sort=oldest&page=3",
        query.queryString());
    assertEquals(
        query,
        GroupQuery.read(
            Map.of(
                "q", " job=a&b #\u00e9 ",
                "failed", "1",
                "shadowed", "1",
                "older", "7d",
                "sort", "oldest",
                "page", "3")));
  }

  @Test
  void read_ofWhatItDoesNotUnderstand_isAllGroups() {
    assertEquals(
        GroupQuery.ALL,
        GroupQuery.read(
            Map.of(
                "failed", "yes",
                "older", "-1h",
                "sort", "colour",
                "page", "0",
                "unknown", "x")));
    assertEquals(1, GroupQuery.read(Map.of("page", "999999999999")).page());
    assertEquals(2_000, GroupQuery.read(Map.of("q", "x".repeat(1 << 20))).text().length());
  }

  @ParameterizedTest
  @CsvSource({"30s, PT30S", "10m, PT10M", "1h, PT1H", "1d, PT24H", "2w, PT336H"})
  void olderThan_isADuration(String word, Duration duration) {
    assertEquals(duration, GroupQuery.read(Map.of("older", word)).minimumAge());
  }

  @Test
  void olderThan_nothing_isNoDuration() {
    assertNull(GroupQuery.ALL.minimumAge());
  }

  @Test
  void another_sortOrFilter_startsOnTheFirstPage() {
    GroupQuery query = GroupQuery.ALL.onPage(9);

    assertEquals(1, query.sortedBy(Sort.NEWEST).page());
    assertEquals(1, query.showing(true, false).page());
    assertTrue(query.showing(true, false).isFiltered());
  }
}
