package io.holdfast.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.cluster.replication.ClusterStatus.State;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.storage.SelfMetricFamily;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

public class ClusterMetricsTest {
  private final SelfMetrics own = new SelfMetrics("test", "a", System::nanoTime);
  private final ClusterMetrics metrics = own.ofCluster();

  /** Others of these names, each further behind than the one before. */
  public static ClusterStatus status(String... names) {
    List<Member> members =
        IntStream.range(0, names.length)
            .mapToObj(
                i ->
                    new Member(
                        "0" + i, names[i], "127.0.0.1:1", State.LAGGING, "", i, i, -1, i, i - 2.5))
            .toList();
    return new ClusterStatus("a", "ff", null, 5, 3, true, members, null);
  }

  private String scraped() {
    return own.families().stream().map(ClusterMetricsTest::text).collect(Collectors.joining());
  }

  private static String text(SelfMetricFamily own) {
    List<Metric> metrics = own.family().getMetricList();
    return new String(TextWriter.samples(own.name(), own.type(), metrics), StandardCharsets.UTF_8);
  }

  private void assertScraped(String... lines) {
    String scraped = scraped();
    Stream.of(lines)
        .forEach(line -> assertTrue(("\n" + scraped).contains("\n" + line + "\n"), scraped));
  }

  @Test
  void everySeries_saysWhoseItIs() {
    metrics.observe(() -> status("b"), () -> 0, () -> true);

    for (SelfMetricFamily family : own.families()) {
      text(family).lines().forEach(line -> assertTrue(line.contains("instance=\"a\""), line));
    }
    assertScraped("pushgateway_cluster_lag_changes{instance=\"a\",member=\"b\"} 0");
  }

  @Test
  void clockOffsets_areShownOfEachMember_theFurthestOfThoseWithOneName() {
    metrics.observe(() -> status("b", "b", "c", "d"), () -> 0, () -> true);

    assertScraped(
        "pushgateway_cluster_clock_offset_seconds{instance=\"a\",member=\"b\"} -2.5",
        "pushgateway_cluster_clock_offset_seconds{instance=\"a\",member=\"c\"} -0.5",
        "pushgateway_cluster_clock_offset_seconds{instance=\"a\",member=\"d\"} 0.5");
  }

  @Test
  void members_areCountedByState_alsoWhereThereAreNone() {
    metrics.observe(() -> status("b", "c"), () -> 0, () -> true);

    assertScraped(
        "pushgateway_cluster_members{instance=\"a\",state=\"lagging\"} 2",
        "pushgateway_cluster_members{instance=\"a\",state=\"ready\"} 0",
        "pushgateway_cluster_members{instance=\"a\",state=\"suspect\"} 0",
        "pushgateway_cluster_members{instance=\"a\",state=\"syncing\"} 0");
  }

  @Test
  void members_ofTheSameName_areOneSeries_theWorst() {
    metrics.observe(() -> status("b", "b", "c"), () -> 0, () -> false);

    assertScraped(
        "pushgateway_cluster_lag_changes{instance=\"a\",member=\"b\"} 1",
        "pushgateway_cluster_lag_seconds{instance=\"a\",member=\"c\"} 2",
        "pushgateway_cluster_divergent_buckets{instance=\"a\"} 2",
        "pushgateway_cluster_ready{instance=\"a\"} 0");
    assertEquals(2, scraped().lines().filter(line -> line.contains("lag_changes")).count());
  }

  @Test
  void counters_countWhatIsTold() {
    metrics.observe(() -> status(), () -> 4, () -> true);
    metrics.replicated(3_000_000);
    metrics.repaired(7, true);
    metrics.repaired(2, false);
    metrics.refused();

    assertScraped(
        "pushgateway_replication_duration_seconds_sum{instance=\"a\"} 0.003",
        "pushgateway_replication_duration_seconds_bucket{instance=\"a\",le=\"0.0025\"} 0",
        "pushgateway_replication_duration_seconds_bucket{instance=\"a\",le=\"0.005\"} 1",
        "pushgateway_cluster_repairs_total{instance=\"a\",result=\"succeeded\"} 1",
        "pushgateway_cluster_repairs_total{instance=\"a\",result=\"failed\"} 1",
        "pushgateway_cluster_copied_groups_total{instance=\"a\"} 9",
        "pushgateway_cluster_refused_messages_total{instance=\"a\"} 5");
  }
}
