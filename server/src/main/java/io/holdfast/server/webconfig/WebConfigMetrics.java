package io.holdfast.server.webconfig;

import io.holdfast.proto.metrics.MetricType;
import io.holdfast.server.tls.TlsSettings;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;

/** The metrics of a node that has a web config file. Any threads may use it. */
public final class WebConfigMetrics {
  /** What pushes may join but not contradict. */
  public static final Map<String, MetricType> RESERVED =
      Map.of(
          "pushgateway_web_config_last_reload_successful", MetricType.GAUGE,
          "pushgateway_web_config_last_reload_success_timestamp_seconds", MetricType.GAUGE,
          "pushgateway_web_certificate_expiry_timestamp_seconds", MetricType.GAUGE,
          "pushgateway_web_refused_requests_total", MetricType.COUNTER,
          "pushgateway_web_password_checks_total", MetricType.COUNTER,
          "pushgateway_web_password_checks_waiting", MetricType.GAUGE,
          "pushgateway_web_tls_handshake_failures_total", MetricType.COUNTER);

  private static final double MILLIS = 1e3;

  /** Why a request was refused before anybody looked at what it asks for. */
  public enum Refusal {
    RATE_LIMIT,
    CREDENTIALS,
    /** Credentials that are not known yet, while too many such wait. */
    TOO_MANY_CREDENTIALS
  }

  private final PrometheusRegistry registry;
  private final Gauge isReloadSuccessful;
  private final Gauge reloadedAt;
  private final Gauge certificateExpiry;
  private final Counter refusedRequests;
  private final Counter passwordChecks;
  private final Counter handshakeFailures;

  /** Adds them. Once for each registry. */
  public WebConfigMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    isReloadSuccessful =
        gauge(
            "pushgateway_web_config_last_reload_successful",
            "Whether the web config file is in use as it is now: 0 when it, or a file that it"
                + " names, has become bad and what was there before goes on.");
    reloadedAt =
        gauge(
            "pushgateway_web_config_last_reload_success_timestamp_seconds",
            "When what is in use was read.");
    certificateExpiry =
        gauge(
            "pushgateway_web_certificate_expiry_timestamp_seconds",
            "When the server's certificate expires; 0 without TLS.");
    refusedRequests =
        Counter.builder()
            .name("pushgateway_web_refused_requests_total")
            .help("Requests refused before their route was looked at, by reason.")
            .labelNames("reason")
            .register(registry);
    for (Refusal refusal : Refusal.values()) {
      refusedRequests.labelValues(word(refusal)).inc(0);
    }
    passwordChecks =
        counter(
            "pushgateway_web_password_checks_total",
            "Passwords checked against a hash; known ones are not checked again.");
    handshakeFailures =
        counter(
            "pushgateway_web_tls_handshake_failures_total",
            "Connections that ended before TLS was agreed on.");
  }

  private Gauge gauge(String name, String help) {
    return Gauge.builder().name(name).help(help).register(registry);
  }

  private Counter counter(String name, String help) {
    return Counter.builder().name(name).help(help).register(registry);
  }

  /** Adds how many passwords wait. Once. */
  public void observe(IntSupplier waitingPasswords) {
    GaugeWithCallback.builder()
        .name("pushgateway_web_password_checks_waiting")
        .help("Passwords that wait to be checked, and those being checked.")
        .callback(callback -> callback.call(waitingPasswords.getAsInt()))
        .register(registry);
  }

  void reloaded(WebConfig config, Instant now) {
    isReloadSuccessful.set(1);
    reloadedAt.set(now.toEpochMilli() / MILLIS);
    TlsSettings tls = config.tls();
    certificateExpiry.set(tls == null ? 0 : (double) expiry(tls));
  }

  private static long expiry(TlsSettings tls) {
    return tls.identity().chain().get(0).getNotAfter().toInstant().getEpochSecond();
  }

  void reloadFailed() {
    isReloadSuccessful.set(0);
  }

  public void requestRefused(Refusal reason) {
    refusedRequests.labelValues(word(reason)).inc();
  }

  public void passwordChecked() {
    passwordChecks.inc();
  }

  public void handshakeFailed() {
    handshakeFailures.inc();
  }

  private static String word(Refusal refusal) {
    return refusal.name().toLowerCase(Locale.ROOT);
  }
}
