package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.http.Connections.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionsTest {
  @ParameterizedTest
  @CsvSource({
    "0, false, 0",
    "100, false, 100",
    "101, false, 30101",
    "5000, false, 35000",
    "101, true, 101",
    "5000, true, 5000"
  })
  void connectionThatNeverBroughtARequest_countsAsOlder(
      long millis, boolean served, long expected) {
    assertEquals(nanos(expected), Connections.uselessFor(nanos(millis), served));
  }

  /** Connections are written as {@code name:state/milliseconds}; the state is waiting or busy. */
  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "a:waiting/0, a",
    "a:busy/9000, ''",
    "a:busy/10000, ''",
    "a:busy/10001, a",
    "a:waiting/1 b:waiting/3 c:waiting/2, b c a",
    "a:busy/20000 b:busy/30000, b a",
    "a:busy/60000 b:waiting/1, b a",
    "a:busy/5000 b:waiting/7 c:busy/11000 d:waiting/9, d b c"
  })
  void connectionsThatMayGo_areOfferedLeastUsefulFirst(String connections, String expected) {
    List<Candidate<String>> all =
        Stream.of(connections.split(" "))
            .filter(text -> !text.isEmpty())
            .map(ConnectionsTest::read)
            .toList();

    List<String> names = Connections.leastUsefulFirst(all).stream().map(Candidate::client).toList();

    assertEquals(expected, String.join(" ", names));
  }

  private static Candidate<String> read(String text) {
    String[] parts = text.split("[:/]");
    return new Candidate<>(parts[0], parts[1].equals("waiting"), nanos(Long.parseLong(parts[2])));
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
