package io.holdfast.server.metrics;

import io.holdfast.cluster.replication.ClusterCounters;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.proto.metrics.MetricType;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of a node that is one of several. Any threads may use it. */
public final class ClusterMetrics implements ClusterCounters {
  private static final double NANOS = 1e9;
  private static final String SUCCEEDED = "succeeded";
  private static final String FAILED = "failed";

  /** See {@link OwnMetrics#RESERVED}. */
  static final Map<String, MetricType> RESERVED =
      Map.ofEntries(
          Map.entry("pushgateway_cluster_members", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_size", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_write_quorum", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_has_quorum", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_ready", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_lag_changes", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_lag_seconds", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_divergent_buckets", MetricType.GAUGE),
          Map.entry("pushgateway_cluster_clock_offset_seconds", MetricType.GAUGE),
          Map.entry("pushgateway_replication_duration_seconds", MetricType.HISTOGRAM),
          Map.entry("pushgateway_cluster_repairs_total", MetricType.COUNTER),
          Map.entry("pushgateway_cluster_copied_groups_total", MetricType.COUNTER),
          Map.entry("pushgateway_cluster_refused_messages_total", MetricType.COUNTER));

  private final PrometheusRegistry registry;
  private final Histogram replicationDuration;
  private final Counter repairs;
  private final Counter copiedGroups;
  private final LongAdder refusedMessages = new LongAdder();

  ClusterMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    replicationDuration =
        Histogram.builder()
            .name("pushgateway_replication_duration_seconds")
            .help("Time from a change being on this node's disk to being on enough others'.")
            .classicOnly()
            .classicUpperBounds(
                0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)
            .register(registry);
    repairs =
        Counter.builder()
            .name("pushgateway_cluster_repairs_total")
            .help("Copies of what this node lacked from another node, by result.")
            .labelNames("result")
            .register(registry);
    repairs.labelValues(SUCCEEDED).inc(0);
    repairs.labelValues(FAILED).inc(0);
    copiedGroups =
        Counter.builder()
            .name("pushgateway_cluster_copied_groups_total")
            .help("Groups that those copies have brought.")
            .register(registry);
  }

  /**
   * Adds what the cluster tells. Once.
   *
   * @param refusedUnread messages refused before anybody but the transport has read them
   */
  public void observe(
      Supplier<ClusterStatus> cluster, LongSupplier refusedUnread, BooleanSupplier isReady) {
    CounterWithCallback.builder()
        .name("pushgateway_cluster_refused_messages_total")
        .help(
            "Messages refused: malformed, not authentic, or with a time that no clock can show;"
                + " and connections without the secret.")
        .callback(
            callback -> callback.call(refusedMessages.sum() + (double) refusedUnread.getAsLong()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("pushgateway_cluster_members")
        .help("Other nodes that this node is in touch with, by how they do.")
        .labelNames("state")
        .callback(callback -> countByState(cluster.get()).forEach((s, n) -> callback.call(n, s)))
        .register(registry);
    gauge(
        "pushgateway_cluster_size",
        "Nodes that the cluster is meant to have.",
        () -> cluster.get().size());
    gauge(
        "pushgateway_cluster_write_quorum",
        "Nodes that must have a change on the disk before it is acknowledged.",
        () -> cluster.get().writeQuorum());
    gauge(
        "pushgateway_cluster_has_quorum",
        "Whether the write quorum can be reached from this node.",
        () -> cluster.get().hasQuorum() ? 1 : 0);
    gauge(
        "pushgateway_cluster_ready",
        "Whether this node says that it is ready: 0 when it may lack acknowledged changes.",
        () -> isReady.getAsBoolean() ? 1 : 0);
    gaugeByMember(
        "pushgateway_cluster_lag_changes",
        "Changes of this node that the other one does not have yet.",
        cluster,
        Member::lagChanges);
    gaugeByMember(
        "pushgateway_cluster_lag_seconds",
        "How long the other node has been behind this one.",
        cluster,
        Member::lagSeconds);
    gaugeByMember(
        "pushgateway_cluster_clock_offset_seconds",
        "How far the other node's clock is ahead of this one's; negative if it is behind.",
        cluster,
        Member::clockOffsetSeconds);
    gauge(
        "pushgateway_cluster_divergent_buckets",
        "Buckets of groups, of 4096, that differed from another node's at the last comparison; the"
            + " most of all nodes.",
        () -> cluster.get().members().stream().mapToInt(Member::divergentBuckets).max().orElse(0));
  }

  private static Map<String, Integer> countByState(ClusterStatus status) {
    Map<String, Integer> count = new TreeMap<>();
    for (ClusterStatus.State state : ClusterStatus.State.values()) {
      count.put(word(state), 0);
    }
    status.members().forEach(member -> count.merge(word(member.state()), 1, Integer::sum));
    return count;
  }

  private static String word(ClusterStatus.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private void gauge(String name, String help, IntSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsInt()))
        .register(registry);
  }

  private void gaugeByMember(
      String name, String help, Supplier<ClusterStatus> cluster, ToDoubleFunction<Member> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("member")
        .callback(callback -> byName(cluster.get(), value).forEach((m, v) -> callback.call(v, m)))
        .register(registry);
  }

  /**
   * The worst of those that share a name: a node that was started again may be there a second time
   * before it is known that it was gone, and a series must not be there twice.
   */
  private static Map<String, Double> byName(ClusterStatus status, ToDoubleFunction<Member> value) {
    Map<String, Double> byName = new TreeMap<>();
    for (Member member : status.members()) {
      double known = value.applyAsDouble(member);
      if (!Double.isNaN(known)) {
        byName.merge(member.name(), known, (a, b) -> Math.abs(a) < Math.abs(b) ? b : a);
      }
    }
    return byName;
  }

  @Override
  public void replicated(long nanos) {
    replicationDuration.observe(nanos / NANOS);
  }

  @Override
  public void repaired(long groups, boolean succeeded) {
    repairs.labelValues(succeeded ? SUCCEEDED : FAILED).inc();
    copiedGroups.inc(groups);
  }

  @Override
  public void refused() {
    refusedMessages.increment();
  }
}
