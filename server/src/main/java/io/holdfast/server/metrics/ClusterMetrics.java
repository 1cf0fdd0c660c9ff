package io.holdfast.server.metrics;

import io.holdfast.cluster.replication.ClusterCounters;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of a node in a cluster. Any thread may use it. */
public final class ClusterMetrics implements ClusterCounters {
  private static final double NANOS = 1e9;
  private static final String SUCCEEDED = "succeeded";
  private static final String FAILED = "failed";
  private static final String MEMBER = "member";

  /** The first of these constants. The other constants add themselves to it. */
  private static final SelfFamilies DECLARED = new SelfFamilies();

  private static final SelfFamily READY =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_ready",
              "1 if this node is ready, 0 while it may lack acknowledged changes."));

  private static final SelfFamily HAS_QUORUM =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_has_quorum",
              "1 if this node reaches a write quorum, 0 otherwise."));

  private static final SelfFamily WRITE_QUORUM =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_write_quorum",
              "Nodes that must have a change on the disk before its answer."));

  private static final SelfFamily SIZE =
      DECLARED.add(
          SelfFamily.gauge("pushgateway_cluster_size", "Nodes that the cluster is meant to have."));

  private static final SelfFamily MEMBERS =
      DECLARED.add(
          SelfFamily.gauge(
                  "pushgateway_cluster_members",
                  "Peers that this node is in touch with, by state.",
                  "state")
              .with("States: " + SelfFamily.words(ClusterStatus.State.values()) + "."));

  private static final SelfFamily LAG_CHANGES =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_lag_changes",
              "Changes of this node that the peer lacks.",
              MEMBER));

  private static final SelfFamily LAG_SECONDS =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_lag_seconds",
              "Time for which the peer has been behind this node.",
              MEMBER));

  private static final SelfFamily CLOCK_OFFSET =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_clock_offset_seconds",
              "Offset of the peer's clock from this node's; negative if the peer's is behind.",
              MEMBER));

  private static final SelfFamily REPLICATION_DURATION =
      DECLARED.add(
          SelfFamily.histogram(
              "pushgateway_replication_duration_seconds",
              "Time from a change's sync on this node to its syncs on enough peers."));

  private static final SelfFamily DIVERGENT_BUCKETS =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_cluster_divergent_buckets",
              "Buckets of groups, of 4096, that differed from a peer's at the last comparison; the"
                  + " maximum over all peers."));

  private static final SelfFamily REPAIRS =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_cluster_repairs_total",
                  "State transfers from peers to this node, by result.",
                  "result")
              .with("Results: `succeeded`, `failed`."));

  private static final SelfFamily COPIED_GROUPS =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_cluster_copied_groups_total",
              "Groups that state transfers have brought."));

  private static final SelfFamily REFUSED_MESSAGES =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_cluster_refused_messages_total",
                  "Refused messages between nodes (malformed, not authentic, or with an impossible"
                      + " clock reading), and refused connections.")
              .with(
                  "Connections are refused without the secret, beyond the limit, or with a packet that"
                      + " is too long."));

  static final List<SelfFamily> FAMILIES = DECLARED.all();

  private final PrometheusRegistry registry;
  private final Histogram replicationDuration;
  private final Counter repairs;
  private final Counter copiedGroups;
  private final LongAdder refusedMessages = new LongAdder();

  ClusterMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    replicationDuration = REPLICATION_DURATION.addHistogram(registry);
    repairs = REPAIRS.addCounter(registry);
    repairs.labelValues(SUCCEEDED).inc(0);
    repairs.labelValues(FAILED).inc(0);
    copiedGroups = COPIED_GROUPS.addCounter(registry);
  }

  /**
   * Adds the cluster's metrics. Called once.
   *
   * @param refusedUnread messages that the transport refused before any other part read them
   */
  public void observe(
      Supplier<ClusterStatus> cluster, LongSupplier refusedUnread, BooleanSupplier isReady) {
    REFUSED_MESSAGES.addCounter(
        registry, () -> refusedMessages.sum() + (double) refusedUnread.getAsLong());
    MEMBERS.addGauges(
        registry, callback -> countByState(cluster.get()).forEach((s, n) -> callback.call(n, s)));
    SIZE.addGauge(registry, () -> cluster.get().size());
    WRITE_QUORUM.addGauge(registry, () -> cluster.get().writeQuorum());
    HAS_QUORUM.addGauge(registry, () -> cluster.get().hasQuorum() ? 1 : 0);
    READY.addGauge(registry, () -> isReady.getAsBoolean() ? 1 : 0);
    byMember(LAG_CHANGES, cluster, Member::lagChanges);
    byMember(LAG_SECONDS, cluster, Member::lagSeconds);
    byMember(CLOCK_OFFSET, cluster, Member::clockOffsetSeconds);
    DIVERGENT_BUCKETS.addGauge(registry, () -> mostDivergentBuckets(cluster.get()));
  }

  private static int mostDivergentBuckets(ClusterStatus status) {
    return status.members().stream().mapToInt(Member::divergentBuckets).max().orElse(0);
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

  private void byMember(
      SelfFamily family, Supplier<ClusterStatus> cluster, ToDoubleFunction<Member> value) {
    family.addGauges(
        registry, callback -> byName(cluster.get(), value).forEach((m, v) -> callback.call(v, m)));
  }

  /**
   * Returns the worst value of each name. A restarted node can be in the list twice, until its old
   * process is known to be gone. A series must be there once.
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
