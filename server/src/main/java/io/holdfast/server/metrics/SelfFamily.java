package io.holdfast.server.metrics;

import io.holdfast.proto.metrics.MetricType;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/**
 * A family of the server's self metrics, declared once. Three things follow from the declaration:
 * the metric, the name that pushes must respect, and the row of {@code docs/metrics.md}.
 *
 * @param details for the page alone, in Markdown; empty if the help is enough
 */
record SelfFamily(String name, MetricType type, List<String> labels, String help, String details) {
  private static final double[] SECONDS = {
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5
  };

  static SelfFamily counter(String name, String help, String... labels) {
    return new SelfFamily(name, MetricType.COUNTER, List.of(labels), help, "");
  }

  static SelfFamily gauge(String name, String help, String... labels) {
    return new SelfFamily(name, MetricType.GAUGE, List.of(labels), help, "");
  }

  static SelfFamily summary(String name, String help, String... labels) {
    return new SelfFamily(name, MetricType.SUMMARY, List.of(labels), help, "");
  }

  /** Returns a histogram of seconds. */
  static SelfFamily histogram(String name, String help) {
    return new SelfFamily(name, MetricType.HISTOGRAM, List.of(), help, "");
  }

  /** Returns the family with more text for its page. */
  SelfFamily with(String moreDetails) {
    return new SelfFamily(name, type, labels, help, moreDetails);
  }

  /** Returns the constants as label values, for {@link #with}. */
  static String words(Enum<?>[] constants) {
    return Arrays.stream(constants)
        .map(constant -> "`" + constant.name().toLowerCase(Locale.ROOT) + "`")
        .collect(Collectors.joining(", "));
  }

  /** Adds a counter. Called once for each registry, as every method below. */
  Counter addCounter(PrometheusRegistry registry) {
    return Counter.builder().name(name).help(help).labelNames(labelNames()).register(registry);
  }

  /** Adds a counter without labels. The supplier gives its value. */
  void addCounter(PrometheusRegistry registry, DoubleSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  Gauge addGauge(PrometheusRegistry registry) {
    return Gauge.builder().name(name).help(help).labelNames(labelNames()).register(registry);
  }

  /** Adds a gauge without labels. The supplier gives its value. */
  void addGauge(PrometheusRegistry registry, DoubleSupplier value) {
    addGauges(registry, callback -> callback.call(value.getAsDouble()));
  }

  /** Adds a gauge. The consumer gives its series to the callback. */
  void addGauges(PrometheusRegistry registry, Consumer<GaugeWithCallback.Callback> values) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labelNames())
        .callback(values)
        .register(registry);
  }

  Histogram addHistogram(PrometheusRegistry registry) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicUpperBounds(SECONDS)
        .register(registry);
  }

  private String[] labelNames() {
    return labels.toArray(String[]::new);
  }
}
