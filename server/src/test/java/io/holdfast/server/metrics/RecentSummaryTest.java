package io.holdfast.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecentSummaryTest {
  private static final double NANOS = 1e9;

  private long now = Long.MAX_VALUE - Duration.ofMinutes(5).toNanos();
  private final RecentSummary summary =
      new RecentSummary("duration_seconds", "Help.", "method", NANOS, () -> now);

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private SummaryDataPointSnapshot only() {
    SummarySnapshot snapshot = (SummarySnapshot) summary.collect();
    assertEquals(1, snapshot.getDataPoints().size());
    return snapshot.getDataPoints().get(0);
  }

  private List<Double> quantiles() {
    List<Double> values = new ArrayList<>();
    for (Quantile quantile : only().getQuantiles()) {
      values.add(quantile.getValue());
    }
    return values;
  }

  private void assertQuantiles(double... expected) {
    List<Double> found = quantiles();
    assertEquals(expected.length, found.size());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found.get(i), expected[i] / 100, "quantile " + i);
    }
  }

  @Test
  void countAndSum_areExact_quantilesToOnePercent() {
    for (int i = 1; i <= 1_000; i++) {
      summary.observe("put", millis(i));
    }

    assertEquals(1_000, only().getCount());
    assertEquals(500.5, only().getSum());
    assertEquals("put", only().getLabels().get("method"));
    assertQuantiles(0.1, 0.5, 0.9);
  }

  @Test
  void labelValues_areApart() {
    summary.observe("put", millis(1));
    summary.observe("post", millis(2));

    List<Double> sums =
        ((SummarySnapshot) summary.collect())
            .getDataPoints().stream().map(SummaryDataPointSnapshot::getSum).sorted().toList();
    assertEquals(List.of(0.001, 0.002), sums);
  }

  /** Also across the moment in which the source of time overflows, as it may. */
  @Test
  void quantiles_forgetAfterTenMinutes_countsDoNot() {
    summary.observe("put", millis(1));
    now += Duration.ofMinutes(7).toNanos();
    summary.observe("put", millis(100));
    assertQuantiles(0.001, 0.001, 0.1);

    now += Duration.ofMinutes(4).toNanos();
    assertQuantiles(0.1, 0.1, 0.1);

    now += Duration.ofMinutes(10).toNanos();
    assertTrue(Stream.of(quantiles()).flatMap(List::stream).allMatch(value -> value.isNaN()));
    assertEquals(2, only().getCount());
    assertEquals(0.101, only().getSum());

    summary.observe("put", millis(3));
    assertQuantiles(0.003, 0.003, 0.003);
  }

  @Test
  void whatTakesHours_isCounted() {
    long day = Duration.ofDays(1).toNanos();
    summary.observe("put", day);

    assertEquals(86_400, only().getSum());
    assertQuantiles(3_600, 3_600, 3_600);
  }
}
