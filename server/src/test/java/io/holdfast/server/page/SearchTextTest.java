package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchTextTest {
  private static final Map<String, String> LABELS =
      Map.of("job", "nightly backup", "instance", "DB1.example.org", "path", "/var/tmp");

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "backup, true",
        "BACKUP, true",
        "db1, true",
        "inst, true",
        "db2, false",
        "db1 backup, true",
        "db1 restore, false",
        "\"nightly backup\", true",
        "\"backup nightly\", false",
        "job=backup, false",
        "job=*backup, true",
        "job=nightly*, true",
        "job=n*b*p, true",
        "job=n*x*p, false",
        "job=\"nightly backup\", true",
        "job!=\"nightly backup\", false",
        "job!=backup, true",
        "instance=db1.example.org, false",
        "instance=*.org path=/var/*, true",
        "zone=, true",
        "zone=*, true",
        "zone=eu, false",
        "zone!=eu, true",
        "path=/var*/tmp, true",
        "path=/var/tmp*/tmp, false",
        "\"job=\", false",
        "=, false",
      })
  void term_isMet_orNot(String text, boolean isMet) {
    assertEquals(isMet, SearchText.parse(text).isMetBy(LABELS));
  }

  @Test
  void nothing_isMetByAll() {
    assertTrue(SearchText.parse("  ").isEmpty());
    assertTrue(SearchText.parse("\"\"").isMetBy(LABELS));
  }

  @Test
  void manyStars_areNotSlow() {
    Map<String, String> labels = Map.of("job", "a".repeat(5_000));
    SearchText text = SearchText.parse("job=" + "a*".repeat(500) + "b");

    assertTimeoutPreemptively(Duration.ofMinutes(1), () -> text.isMetBy(labels));
  }
}
