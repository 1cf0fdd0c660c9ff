package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.proto.metrics.MetricType;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SeriesTextTest {

  @Test
  void series_ofSeveralLines_areOne() {
    String body =
        """
        # TYPE s_count summary
        s_count{quantile="0.5"} 1
        s_count_sum 2
        s_count_count 3
        s_count_sum{x="a"} 2
        s_count_count{x="a"} 3
        """;
    PushedFamily family = family(body, "s_count");
    assertEquals("{instance=\"\",job=\"a\"}", series(family).labels(0));
    assertEquals("{instance=\"\",job=\"a\",x=\"a\"}", series(family).labels(1));
    assertEquals(
        """
        s_count_sum{instance="",job="a",x="a"} 2
        s_count_count{instance="",job="a",x="a"} 3
        """,
        without(family, 0));
  }

  @Test
  void labels_withBracesBlanksAndLineFeeds_areWhole() {
    PushedFamily family = family("m{x=\"} 1\\nm{} {\\\"\"} 1\nm{x=\"}\"} 2\n", "m");
    assertEquals("{instance=\"\",job=\"a\",x=\"}\"}", series(family).labels(0));
    assertEquals("{instance=\"\",job=\"a\",x=\"} 1\\nm{} {\\\"\"}", series(family).labels(1));
    assertEquals("m{instance=\"\",job=\"a\",x=\"}\"} 2\n", without(family, 1));
  }

  @Test
  void histogram_whoseNameIsInQuotes_isFound() {
    PushedFamily family =
        family("# TYPE \"h.é\" histogram\n{\"h.é_bucket\",le=\"1\"} 1\n{\"h.é_count\"} 1\n", "h.é");
    assertEquals(1, family.seriesHashes().length);
    assertEquals("{instance=\"\",job=\"a\"}", series(family).labels(0));
    assertEquals("", without(family, 0));
  }

  @Test
  void labels_behindANameInQuotes_areThoseOfTheSeries() {
    PushedFamily family = family("{\"a\\\"} b\",\"é }\"=\"1\"} 1\n{\"a\\\"} b\"} 2\n", "a\"} b");
    assertEquals("{instance=\"\",job=\"a\"}", series(family).labels(0));
    assertEquals("{instance=\"\",job=\"a\",\"é }\"=\"1\"}", series(family).labels(1));
    assertEquals("{\"a\\\"} b\",instance=\"\",job=\"a\"} 2\n", without(family, 1));
  }

  @Test
  void anotherNumberOfSeriesThanThereShouldBe_isAMistake() {
    byte[] text = "m 1\n".getBytes(StandardCharsets.US_ASCII);
    assertThrows(
        IllegalStateException.class, () -> SeriesText.of("m", MetricType.COUNTER, text, 2));
    assertThrows(
        IllegalStateException.class, () -> SeriesText.of("m", MetricType.SUMMARY, text, 1));
  }

  private static PushedFamily family(String body, String name) {
    return Pushes.accepted(Pushes.put(Pushes.job("a"), body)).families().get(name);
  }

  private static SeriesText series(PushedFamily family) {
    return SeriesText.of(family.name(), family.type(), family.text(), family.seriesHashes().length);
  }

  private static String without(PushedFamily family, int series) {
    BitSet gone = new BitSet();
    gone.set(series);
    return new String(series(family).without(gone), StandardCharsets.UTF_8);
  }
}
