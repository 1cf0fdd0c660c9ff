package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeTest {
  @ParameterizedTest
  @CsvSource({
    "0, just now",
    "4, just now",
    "-4, just now",
    "5, 5 seconds ago",
    "59, 59 seconds ago",
    "60, 1 minute ago",
    "119, 1 minute ago",
    "120, 2 minutes ago",
    "3599, 59 minutes ago",
    "3600, 1 hour ago",
    "86399, 23 hours ago",
    "86400, 1 day ago",
    "5183999, 59 days ago",
    "5184000, 2 months ago",
    "63071999, 24 months ago",
    "63072000, 2 years ago",
    "-90, in 1 minute",
    "-86400, in 1 day"
  })
  void words_haveOneUnit_roundedDown(long seconds, String words) {
    assertEquals(words, Age.words(seconds));
  }

  @Test
  void of_anInstant_isExactToTheMillisecond() {
    Instant then = Instant.parse("2026-03-01T12:00:00.123456789Z");

    Age age = Age.of(then, then.plusSeconds(90));

    assertEquals(
        new Age("1 minute ago", "2026-03-01T12:00:00.123Z", "2026-03-01 12:00:00.123 UTC"), age);
  }
}
