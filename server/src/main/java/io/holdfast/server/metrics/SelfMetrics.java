package io.holdfast.server.metrics;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.server.browsers.BrowserGuard;
import io.holdfast.server.config.Limit;
import io.holdfast.storage.CommitListener;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.Rejection;
import io.holdfast.storage.SelfMetricFamily;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server's metrics of itself. Metrics that the Pushgateway also has bear its names and labels.
 *
 * <p>{@code pushgateway_*} families belong to the server. Pushed series of the same type can join
 * them. {@code jvm_*} and {@code process_*} families yield to pushed families of their name,
 * because jobs on a JVM often push such families.
 *
 * <p>Any thread may use it.
 */
public final class SelfMetrics implements CommitListener {
  private static final double NANOS = 1e9;
  private static final Set<String> METHODS =
      Set.of("get", "put", "head", "post", "delete", "connect", "options", "notify", "trace");

  /** The first of these constants. The other constants add themselves to it. */
  private static final SelfFamilies DECLARED = new SelfFamilies();

  private static final SelfFamily BUILD_INFO =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_build_info",
              "A metric with a constant '1' value labeled by version and Java runtime.",
              "version",
              "javaversion"));

  private static final SelfFamily REQUESTS =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_http_requests_total",
              "Total HTTP requests processed by the Pushgateway, excluding scrapes.",
              "code",
              "handler",
              "method"));

  private static final SelfFamily PUSH_DURATION =
      DECLARED.add(
          SelfFamily.summary(
              "pushgateway_http_push_duration_seconds",
              "HTTP request duration for pushes to the Pushgateway.",
              "method"));

  private static final SelfFamily PUSH_SIZE =
      DECLARED.add(
          SelfFamily.summary(
              "pushgateway_http_push_size_bytes",
              "HTTP request size for pushes to the Pushgateway.",
              "method"));

  private static final SelfFamily REJECTED_PUSHES =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_rejected_pushes_total",
                  "Pushes rejected for their content, by reason.",
                  "reason")
              .with("Reasons: " + SelfFamily.words(Rejection.Reason.values()) + "."));

  private static final SelfFamily EXCEEDED_LIMITS =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_limit_exceeded_total",
                  "Requests refused and connections closed, by the flag of the exceeded limit.",
                  "flag")
              .with("See [limits](flags.md#limits)."));

  private static final SelfFamily REFUSALS =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_refusals_total",
                  "Requests answered with 503, by the code of the refusal.",
                  "code")
              .with("See [refusals](http-api.md#refusals). Probes are not counted."));

  private static final SelfFamily REFUSED_BROWSERS =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_refused_browser_requests_total",
                  "Requests refused because a page of another site may have sent them.",
                  "reason")
              .with("Reasons: " + SelfFamily.words(BrowserGuard.Reason.values()) + "."));

  private static final SelfFamily HEAP =
      DECLARED.add(
          SelfFamily.gauge(
                  "pushgateway_heap_bytes",
                  "Approximate heap of pushed data and of unread answers, by use.",
                  "use")
              .with(
                  "Uses: `groups`, `compressed` (kept for scrapes, yields to groups), `pushes`"
                      + " under way, `answers`, `old_groups` that slow readers keep."));

  private static final SelfFamily HEAP_LIMIT =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_heap_limit_bytes",
              "Bound of that heap: beyond it, pushes are refused or the slowest readers closed.",
              "use"));

  private static final SelfFamily CONNECTIONS =
      DECLARED.add(SelfFamily.gauge("pushgateway_connections", "Open connections."));

  private static final SelfFamily CONNECTIONS_LIMIT =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_connections_limit", "Connections beyond which the idlest are closed."));

  private static final SelfFamily COMMIT_DURATION =
      DECLARED.add(
          SelfFamily.histogram(
                  "pushgateway_commit_duration_seconds",
                  "Time of a commit: write and sync to the disk.")
              .with("Many changes share a commit."));

  private static final SelfFamily COMMITTED_CHANGES =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_committed_changes_total",
              "Pushes, deletes and wipes that were committed; many can share a commit."));

  private static final SelfFamily COMMITTED_BYTES =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_committed_bytes_total",
              "Bytes written by commits, before the store's compaction."));

  private static final SelfFamily GROUPS =
      DECLARED.add(SelfFamily.gauge("pushgateway_groups", "Groups stored."));

  private static final SelfFamily SERIES =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_series", "Series stored, with two push times for each group."));

  private static final SelfFamily SHADOWED_SERIES =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_shadowed_series",
              "Series stored but not exposed, because they conflict with older series."));

  private static final SelfFamily EXPIRED_GROUPS =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_expired_groups_total",
              "Groups that this node has deleted because their time to live was over."));

  private static final SelfFamily LEFT_OUT_SERIES =
      DECLARED.add(
          SelfFamily.gauge(
                  "pushgateway_left_out_series",
                  "Series that scrapes with this escaping leave out, because older series look"
                      + " alike.",
                  "escaping")
              .with("Escapings: `underscores`, `dots`, `values`."));

  private static final SelfFamily QUEUE_LENGTH =
      DECLARED.add(
          SelfFamily.gauge("pushgateway_write_queue_length", "Changes that wait for the writer."));

  private static final SelfFamily QUEUE_CAPACITY =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_write_queue_capacity",
              "Changes that may wait before pushes are answered with 503."));

  private static final SelfFamily STORE_SIZE =
      DECLARED.add(
          SelfFamily.gauge("pushgateway_store_size_bytes", "Bytes of the store on the disk."));

  private static final SelfFamily STORE_FREE =
      DECLARED.add(
          SelfFamily.gauge(
                  "pushgateway_store_free_bytes", "Bytes that the store's file system has left.")
              .with("Pushes are refused below 16 MiB."));

  private static final SelfFamily STORE_WRITABLE =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_store_writable",
              "1 if the store accepts pushes, 0 while the disk is full or fails."));

  /** The families of every node. */
  static final List<SelfFamily> FAMILIES = DECLARED.all();

  /**
   * The types of all families, by name. Pushes can join these families, but never contradict them.
   * Families without series count, and so do families of other configurations. So a node can get a
   * cluster or a web config file later without hiding earlier pushes.
   */
  public static final Map<String, MetricType> RESERVED =
      SelfFamilies.types(
          Stream.of(FAMILIES, ClusterMetrics.FAMILIES, WebConfigMetrics.FAMILIES)
              .flatMap(List::stream)
              .toList());

  private final @Nullable String instance;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusRegistry yielding = new PrometheusRegistry();
  private final Counter requests;
  private final RecentSummary pushDuration;
  private final RecentSummary pushSize;
  private final Counter rejectedPushes;
  private final Counter exceededLimits;
  private final Counter refusals;
  private final Counter refusedBrowsers;
  private final Histogram commitDuration;
  private final Counter committedChanges;
  private final Counter committedBytes;

  /**
   * Creates the metrics.
   *
   * @param instance the node's name in a cluster, as a label of every series; null for a node that
   *     is alone. The label keeps scrapes through a load balancer from mixing the series of several
   *     nodes.
   * @param nanos measures the age of what summaries show
   */
  public SelfMetrics(String version, @Nullable String instance, LongSupplier nanos) {
    this.instance = instance;
    Info.builder()
        .name(BUILD_INFO.name())
        .help(BUILD_INFO.help())
        .labelNames(BUILD_INFO.labels().toArray(String[]::new))
        .register(registry)
        .setLabelValues(version, Runtime.version().toString());
    requests = REQUESTS.addCounter(registry);
    pushDuration = addSummary(PUSH_DURATION, NANOS, nanos);
    pushSize = addSummary(PUSH_SIZE, 1, nanos);
    rejectedPushes = REJECTED_PUSHES.addCounter(registry);
    for (Rejection.Reason reason : Rejection.Reason.values()) {
      rejectedPushes.labelValues(word(reason)).inc(0);
    }
    exceededLimits = EXCEEDED_LIMITS.addCounter(registry);
    for (Limit limit : Limit.values()) {
      exceededLimits.labelValues(limit.flag()).inc(0);
    }
    refusals = REFUSALS.addCounter(registry);
    for (Refusal.Code code : Refusal.Code.values()) {
      if (code != Refusal.Code.BAD_MESSAGE) {
        refusals.labelValues(code.word()).inc(0);
      }
    }
    refusedBrowsers = REFUSED_BROWSERS.addCounter(registry);
    for (BrowserGuard.Reason reason : BrowserGuard.Reason.values()) {
      refusedBrowsers.labelValues(word(reason)).inc(0);
    }
    commitDuration = COMMIT_DURATION.addHistogram(registry);
    committedChanges = COMMITTED_CHANGES.addCounter(registry);
    committedBytes = COMMITTED_BYTES.addCounter(registry);
    JvmMetrics.builder().register(yielding);
  }

  private RecentSummary addSummary(SelfFamily family, double unit, LongSupplier nanos) {
    RecentSummary summary =
        new RecentSummary(family.name(), family.help(), family.labels().get(0), unit, nanos);
    registry.register(summary);
    return summary;
  }

  /** Adds the metrics of a node in a cluster. Called once. */
  public ClusterMetrics ofCluster() {
    return new ClusterMetrics(registry);
  }

  /**
   * A part of the heap that grows with the bytes that clients send or do not read.
   *
   * @param use the value of the label
   */
  public record HeapUse(String use, LongSupplier bytes, long limit) {}

  /** Adds the parts of the heap that clients fill. Called once. */
  public void observe(List<HeapUse> uses) {
    HEAP.addGauges(
        registry,
        callback -> uses.forEach(each -> callback.call((double) each.bytes.getAsLong(), each.use)));
    HEAP_LIMIT.addGauges(
        registry, callback -> uses.forEach(each -> callback.call((double) each.limit, each.use)));
  }

  /**
   * Adds the number of connections. Called once.
   *
   * @param most connections that can be open
   */
  public void observeConnections(IntSupplier open, int most) {
    CONNECTIONS.addGauge(registry, open::getAsInt);
    CONNECTIONS_LIMIT.addGauge(registry, () -> most);
  }

  /** Adds the metrics of a node that has a web config file. Called once. */
  public WebConfigMetrics ofWebConfig() {
    return new WebConfigMetrics(registry);
  }

  /** Adds the metrics of the store. Called once. */
  public void observe(GroupStore store) {
    GROUPS.addGauge(registry, () -> store.exposition().groups());
    SERIES.addGauge(registry, () -> store.exposition().series());
    SHADOWED_SERIES.addGauge(registry, () -> store.exposition().shadowedSeries());
    EXPIRED_GROUPS.addCounter(registry, () -> store.exposition().expiredGroups());
    LEFT_OUT_SERIES.addGauges(registry, callback -> leftOut(store.exposition(), callback));
    QUEUE_LENGTH.addGauge(registry, store::queueDepth);
    QUEUE_CAPACITY.addGauge(registry, store::queueCapacity);
    STORE_SIZE.addGauge(registry, store::sizeBytes);
    STORE_FREE.addGauges(
        registry, callback -> store.freeBytes().ifPresent(free -> callback.call((double) free)));
    STORE_WRITABLE.addGauge(registry, () -> store.unwritable().isEmpty() ? 1 : 0);
  }

  private static void leftOut(Exposition exposition, GaugeWithCallback.Callback callback) {
    for (EscapingScheme scheme : EscapingScheme.values()) {
      if (scheme != EscapingScheme.ALLOW_UTF8) {
        callback.call((double) exposition.leftOutSeries(scheme), scheme.term());
      }
    }
  }

  public void requestAnswered(String handler, String method, int code) {
    requests.labelValues(Integer.toString(code), handler, label(method)).inc();
  }

  /**
   * Counts a push, whatever its outcome.
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

  /** Counts a request that was answered with 503. */
  public void requestRefused(Refusal.Code code) {
    refusals.labelValues(code.word()).inc();
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

  /** Returns all families that have series at this moment, in order of their names. */
  public List<SelfMetricFamily> families() {
    List<SelfMetricFamily> families = new ArrayList<>();
    addFamilies(families, registry, false);
    addFamilies(families, yielding, true);
    families.sort(Comparator.comparing(SelfMetricFamily::name));
    return families;
  }

  /**
   * Adds the families that have series. Some parsers of the text format take a family without
   * series for a mistake.
   */
  private void addFamilies(List<SelfMetricFamily> to, PrometheusRegistry from, boolean yields) {
    for (MetricSnapshot snapshot : from.scrape()) {
      if (!snapshot.getDataPoints().isEmpty()) {
        to.add(SnapshotFamily.of(snapshot, yields, instance));
      }
    }
  }

  private static String word(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the label of a method. Unknown methods share one label, so that clients cannot create
   * labels without limit.
   */
  private static String label(String method) {
    String lower = method.toLowerCase(Locale.ROOT);
    return METHODS.contains(lower) ? lower : "unknown";
  }
}
