package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.http.SlowBodies.Progress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowBodiesTest {
  /** Bodies are written as {@code name:bytes/milliseconds}. */
  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "a:1000/5000, a",
    "a:0/5000, ''",
    "a:1000/2000, ''",
    "a:1000/2001, a",
    "a:2000/4000 b:1000/4000 c:3000/4000, b a c",
    "a:1000/4000 b:1000/8000 c:1000/6000, b c a",
    "a:100000/60000 b:1000/3000, b a",
    "fresh:1/1999 empty:0/9000 slow:1/9000, slow"
  })
  void bodiesThatMayGiveWay_areOfferedSlowestFirst(String bodies, String expected) {
    List<Progress<String>> all =
        Stream.of(bodies.split(" "))
            .filter(text -> !text.isEmpty())
            .map(SlowBodiesTest::read)
            .toList();

    List<String> names = SlowBodies.slowestFirst(all).stream().map(Progress::body).toList();

    assertEquals(expected, String.join(" ", names));
  }

  private static Progress<String> read(String text) {
    String[] parts = text.split("[:/]");
    return new Progress<>(
        parts[0],
        Integer.parseInt(parts[1]),
        Duration.ofMillis(Long.parseLong(parts[2])).toNanos());
  }
}
