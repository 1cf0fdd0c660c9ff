package io.holdfast.server.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The metrics of a node that has a web config file. Any thread may use it. */
public final class WebConfigMetrics {
  private static final double MILLIS = 1e3;

  /** The reason of a refusal before the route of a request is known. */
  public enum Reason {
    RATE_LIMIT,
    CREDENTIALS,
    /** The credentials are not known yet, and too many others wait for their check. */
    TOO_MANY_CREDENTIALS
  }

  /** The first of these constants. The other constants add themselves to it. */
  private static final SelfFamilies DECLARED = new SelfFamilies();

  private static final SelfFamily RELOAD_SUCCESSFUL =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_web_config_last_reload_successful",
              "1 if the web config file is in use as it is now; 0 while the file, or a file that it"
                  + " names, is bad and the last good state is in use."));

  private static final SelfFamily RELOADED_AT =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_web_config_last_reload_success_timestamp_seconds",
              "Time at which the state in use was read."));

  private static final SelfFamily CERTIFICATE_EXPIRY =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_web_certificate_expiry_timestamp_seconds",
              "Expiry of the server's certificate; 0 without TLS."));

  private static final SelfFamily REFUSED_REQUESTS =
      DECLARED.add(
          SelfFamily.counter(
                  "pushgateway_web_refused_requests_total",
                  "Requests refused before routing, by reason.",
                  "reason")
              .with("Reasons: " + SelfFamily.words(Reason.values()) + "."));

  private static final SelfFamily PASSWORD_CHECKS =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_web_password_checks_total",
              "Passwords checked against a hash; known passwords need no check."));

  private static final SelfFamily PASSWORDS_WAITING =
      DECLARED.add(
          SelfFamily.gauge(
              "pushgateway_web_password_checks_waiting",
              "Passwords that wait for a check or are being checked."));

  private static final SelfFamily HANDSHAKE_FAILURES =
      DECLARED.add(
          SelfFamily.counter(
              "pushgateway_web_tls_handshake_failures_total",
              "Connections that ended during the TLS handshake."));

  static final List<SelfFamily> FAMILIES = DECLARED.all();

  private final PrometheusRegistry registry;
  private final Gauge isReloadSuccessful;
  private final Gauge reloadedAt;
  private final Gauge certificateExpiry;
  private final Counter refusedRequests;
  private final Counter passwordChecks;
  private final Counter handshakeFailures;

  /** Adds the metrics. Called once for each registry. */
  public WebConfigMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    isReloadSuccessful = RELOAD_SUCCESSFUL.addGauge(registry);
    reloadedAt = RELOADED_AT.addGauge(registry);
    certificateExpiry = CERTIFICATE_EXPIRY.addGauge(registry);
    refusedRequests = REFUSED_REQUESTS.addCounter(registry);
    for (Reason reason : Reason.values()) {
      refusedRequests.labelValues(word(reason)).inc(0);
    }
    passwordChecks = PASSWORD_CHECKS.addCounter(registry);
    handshakeFailures = HANDSHAKE_FAILURES.addCounter(registry);
  }

  /** Adds the number of passwords that wait. Called once. */
  public void observe(IntSupplier waitingPasswords) {
    PASSWORDS_WAITING.addGauge(registry, waitingPasswords::getAsInt);
  }

  /**
   * Notes that a file is in use.
   *
   * @param expiry of the server's certificate; null without TLS
   * @param now the time when the file was read
   */
  public void reloaded(@Nullable Instant expiry, Instant now) {
    isReloadSuccessful.set(1);
    reloadedAt.set(now.toEpochMilli() / MILLIS);
    certificateExpiry.set(expiry == null ? 0 : (double) expiry.getEpochSecond());
  }

  public void reloadFailed() {
    isReloadSuccessful.set(0);
  }

  public void requestRefused(Reason reason) {
    refusedRequests.labelValues(word(reason)).inc();
  }

  public void passwordChecked() {
    passwordChecks.inc();
  }

  public void handshakeFailed() {
    handshakeFailures.inc();
  }

  private static String word(Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }
}
