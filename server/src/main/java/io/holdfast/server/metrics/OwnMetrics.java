package io.holdfast.server.metrics;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.server.browsers.BrowserGuard;
import io.holdfast.server.config.Limit;
import io.holdfast.server.webconfig.WebConfigMetrics;
import io.holdfast.storage.CommitListener;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.OwnFamily;
import io.holdfast.storage.Rejection;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server's metrics of itself. Those that the Pushgateway has too have its names and labels.
 *
 * <p>{@code pushgateway_*} families are the server's: pushed series may join them, with the same
 * type. {@code jvm_*} and {@code process_*} yield to pushed families of the same name, because jobs
 * on a JVM push those all day long.
 *
 * <p>Any threads may use it.
 */
public final class OwnMetrics implements CommitListener {
  private static final double NANOS = 1e9;
  private static final Set<String> METHODS =
      Set.of("get", "put", "head", "post", "delete", "connect", "options", "notify", "trace");

  private static final Map<String, MetricType> OF_EVERY_NODE =
      Map.ofEntries(
          Map.entry("pushgateway_build_info", MetricType.GAUGE),
          Map.entry("pushgateway_http_requests_total", MetricType.COUNTER),
          Map.entry("pushgateway_http_push_duration_seconds", MetricType.SUMMARY),
          Map.entry("pushgateway_http_push_size_bytes", MetricType.SUMMARY),
          Map.entry("pushgateway_rejected_pushes_total", MetricType.COUNTER),
          Map.entry("pushgateway_limit_exceeded_total", MetricType.COUNTER),
          Map.entry("pushgateway_refused_browser_requests_total", MetricType.COUNTER),
          Map.entry("pushgateway_heap_bytes", MetricType.GAUGE),
          Map.entry("pushgateway_heap_limit_bytes", MetricType.GAUGE),
          Map.entry("pushgateway_connections", MetricType.GAUGE),
          Map.entry("pushgateway_connections_limit", MetricType.GAUGE),
          Map.entry("pushgateway_commit_duration_seconds", MetricType.HISTOGRAM),
          Map.entry("pushgateway_committed_changes_total", MetricType.COUNTER),
          Map.entry("pushgateway_committed_bytes_total", MetricType.COUNTER),
          Map.entry("pushgateway_groups", MetricType.GAUGE),
          Map.entry("pushgateway_series", MetricType.GAUGE),
          Map.entry("pushgateway_shadowed_series", MetricType.GAUGE),
          Map.entry("pushgateway_left_out_series", MetricType.GAUGE),
          Map.entry("pushgateway_write_queue_length", MetricType.GAUGE),
          Map.entry("pushgateway_write_queue_capacity", MetricType.GAUGE),
          Map.entry("pushgateway_store_size_bytes", MetricType.GAUGE),
          Map.entry("pushgateway_store_writable", MetricType.GAUGE));

  /**
   * What pushes may join but not contradict; empty families stand in a scrape's checks too. The
   * same for every node, so that one that comes to have others need not hide what it took.
   */
  public static final Map<String, MetricType> RESERVED =
      Stream.of(OF_EVERY_NODE, ClusterMetrics.RESERVED, WebConfigMetrics.RESERVED)
          .flatMap(families -> families.entrySet().stream())
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private final @Nullable String instance;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusRegistry yielding = new PrometheusRegistry();
  private final Counter requests;
  private final RecentSummary pushDuration;
  private final RecentSummary pushSize;
  private final Counter rejectedPushes;
  private final Counter exceededLimits;
  private final Counter refusedBrowsers;
  private final Histogram commitDuration;
  private final Counter committedChanges;
  private final Counter committedBytes;

  /**
   * @param instance the name of a node that is one of several: every series says whose it is, so
   *     that scrapes through a load balancer do not mix them; null for a node that is alone
   */
  public OwnMetrics(String version, @Nullable String instance) {
    this.instance = instance;
    Info.builder()
        .name("pushgateway_build_info")
        .help("A metric with a constant '1' value labeled by version and Java runtime.")
        .labelNames("version", "javaversion")
        .register(registry)
        .setLabelValues(version, Runtime.version().toString());
    requests =
        Counter.builder()
            .name("pushgateway_http_requests_total")
            .help("Total HTTP requests processed by the Pushgateway, excluding scrapes.")
            .labelNames("code", "handler", "method")
            .register(registry);
    pushDuration =
        pushSummary(
            "pushgateway_http_push_duration_seconds",
            "HTTP request duration for pushes to the Pushgateway.",
            NANOS);
    pushSize =
        pushSummary(
            "pushgateway_http_push_size_bytes",
            "HTTP request size for pushes to the Pushgateway.",
            1);
    rejectedPushes =
        Counter.builder()
            .name("pushgateway_rejected_pushes_total")
            .help("Pushes refused because of what they hold, by reason.")
            .labelNames("reason")
            .register(registry);
    for (Rejection.Reason reason : Rejection.Reason.values()) {
      rejectedPushes.labelValues(word(reason)).inc(0);
    }
    exceededLimits =
        Counter.builder()
            .name("pushgateway_limit_exceeded_total")
            .help("Pushes and other requests refused, and connections closed, by the limit's flag.")
            .labelNames("flag")
            .register(registry);
    for (Limit limit : Limit.values()) {
      exceededLimits.labelValues(limit.flag()).inc(0);
    }
    refusedBrowsers =
        Counter.builder()
            .name("pushgateway_refused_browser_requests_total")
            .help("Requests refused because a page of another site may have sent them.")
            .labelNames("reason")
            .register(registry);
    for (BrowserGuard.Reason reason : BrowserGuard.Reason.values()) {
      refusedBrowsers.labelValues(word(reason)).inc(0);
    }
    commitDuration =
        Histogram.builder()
            .name("pushgateway_commit_duration_seconds")
            .help("Time that a commit took to write and sync to the disk.")
            .classicOnly()
            .classicUpperBounds(
                0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)
            .register(registry);
    committedChanges =
        Counter.builder()
            .name("pushgateway_committed_changes_total")
            .help("Pushes, deletes and wipes that were committed; many can share a commit.")
            .register(registry);
    committedBytes =
        Counter.builder()
            .name("pushgateway_committed_bytes_total")
            .help("Bytes that commits have written, before the store's own clean-up.")
            .register(registry);
    JvmMetrics.builder().register(yielding);
  }

  private RecentSummary pushSummary(String name, String help, double unit) {
    RecentSummary summary = new RecentSummary(name, help, "method", unit, System::nanoTime);
    registry.register(summary);
    return summary;
  }

  /** Adds the metrics of a node that is one of several. Once. */
  public ClusterMetrics ofCluster() {
    return new ClusterMetrics(registry);
  }

  /**
   * Heap that grows with what clients send or do not read.
   *
   * @param use as a label names it
   */
  public record HeapUse(String use, LongSupplier bytes, long limit) {}

  /** Adds what takes heap. Once. */
  public void observe(List<HeapUse> uses) {
    GaugeWithCallback.builder()
        .name("pushgateway_heap_bytes")
        .help("Heap that is taken by what clients push or do not read, about.")
        .labelNames("use")
        .callback(
            callback ->
                uses.forEach(each -> callback.call((double) each.bytes.getAsLong(), each.use)))
        .register(registry);
    GaugeWithCallback.builder()
        .name("pushgateway_heap_limit_bytes")
        .help("Heap beyond which pushes are refused, or the slowest readers closed.")
        .labelNames("use")
        .callback(callback -> uses.forEach(each -> callback.call((double) each.limit, each.use)))
        .register(registry);
  }

  /**
   * Adds how many connections there are. Once.
   *
   * @param most connections that may be open
   */
  public void observeConnections(IntSupplier open, int most) {
    GaugeWithCallback.builder()
        .name("pushgateway_connections")
        .help("Connections that are open.")
        .callback(callback -> callback.call(open.getAsInt()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("pushgateway_connections_limit")
        .help("Connections beyond which the idlest are closed.")
        .callback(callback -> callback.call(most))
        .register(registry);
  }

  /** Adds the metrics of a node that has a web config file. Once. */
  public WebConfigMetrics ofWebConfig() {
    return new WebConfigMetrics(registry);
  }

  /** Adds what the store tells. Once. */
  public void observe(GroupStore store) {
    gauge("pushgateway_groups", "Groups stored.", store, s -> s.exposition().groups());
    gauge(
        "pushgateway_series",
        "Series stored, with two push times for each group.",
        store,
        s -> s.exposition().series());
    gauge(
        "pushgateway_shadowed_series",
        "Series kept but not exposed, because they conflict with older ones.",
        store,
        s -> s.exposition().shadowedSeries());
    GaugeWithCallback.builder()
        .name("pushgateway_left_out_series")
        .help("Series that scrapes with this escaping leave out, because older ones look the same.")
        .labelNames("escaping")
        .callback(
            callback -> {
              Exposition exposition = store.exposition();
              for (EscapingScheme scheme : EscapingScheme.values()) {
                if (scheme != EscapingScheme.ALLOW_UTF8) {
                  callback.call((double) exposition.leftOutSeries(scheme), scheme.term());
                }
              }
            })
        .register(registry);
    gauge("pushgateway_write_queue_length", "Changes that wait.", store, GroupStore::queueDepth);
    gauge(
        "pushgateway_write_queue_capacity",
        "Changes that may wait before pushes are answered with 503.",
        store,
        GroupStore::queueCapacity);
    gauge(
        "pushgateway_store_size_bytes",
        "Bytes that the store takes on the disk.",
        store,
        GroupStore::sizeBytes);
    gauge(
        "pushgateway_store_writable",
        "Whether the store takes pushes: 0 when the disk is full or fails.",
        store,
        s -> s.unwritable().isEmpty() ? 1 : 0);
  }

  private void gauge(
      String name, String help, GroupStore store, ToDoubleFunction<GroupStore> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.applyAsDouble(store)))
        .register(registry);
  }

  public void requestAnswered(String handler, String method, int code) {
    requests.labelValues(Integer.toString(code), handler, label(method)).inc();
  }

  /**
   * Counts a push, whatever became of it.
   *
   * @param bytes of the request with its headers
   */
  public void pushAnswered(String method, long nanos, long bytes) {
    String label = label(method);
    pushDuration.observe(label, nanos);
    pushSize.observe(label, bytes);
  }

  public void pushRejected(Rejection.Reason reason) {
    rejectedPushes.labelValues(word(reason)).inc();
  }

  public void limitExceeded(Limit limit) {
    exceededLimits.labelValues(limit.flag()).inc();
  }

  public void browserRefused(BrowserGuard.Reason reason) {
    refusedBrowsers.labelValues(word(reason)).inc();
  }

  @Override
  public void committed(int changes, long bytes, long nanos) {
    commitDuration.observe(nanos / NANOS);
    committedChanges.inc(changes);
    committedBytes.inc(bytes);
  }

  /** All families that have series at this moment, in order of their names. */
  public List<OwnFamily> families() {
    List<OwnFamily> families = new ArrayList<>();
    addFamilies(families, registry, false);
    addFamilies(families, yielding, true);
    families.sort(Comparator.comparing(OwnFamily::name));
    return families;
  }

  /** A family without series says nothing, and some readers of text take it for a mistake. */
  private void addFamilies(List<OwnFamily> to, PrometheusRegistry from, boolean yields) {
    for (MetricSnapshot snapshot : from.scrape()) {
      if (!snapshot.getDataPoints().isEmpty()) {
        to.add(SnapshotFamily.of(snapshot, yields, instance));
      }
    }
  }

  private static String word(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /** Only what HTTP defines, so that nobody can make labels without end. */
  private static String label(String method) {
    String lower = method.toLowerCase(Locale.ROOT);
    return METHODS.contains(lower) ? lower : "unknown";
  }
}
