package io.holdfast.server.documents;

import io.holdfast.server.metrics.SelfMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The metrics that rules and dashboards may name. */
final class ExportedMetrics {
  /** Of Prometheus itself, and of each group. */
  private static final Set<String> OTHERS =
      Set.of("up", "push_time_seconds", "push_failure_time_seconds");

  private ExportedMetrics() {}

  /** Returns the names in expressions that neither Holdfast nor a recording rule exports. */
  static Set<String> unknown(List<String> expressions) {
    Set<String> known = new TreeSet<>(OTHERS);
    known.addAll(recorded());
    for (String family : SelfMetrics.RESERVED.keySet()) {
      add(known, family);
    }
    PrometheusRegistry registry = new PrometheusRegistry();
    JvmMetrics.builder().register(registry);
    registry
        .scrape()
        .forEach(
            family -> {
              add(known, family.getMetadata().getPrometheusName());
              known.add(family.getMetadata().getPrometheusName() + "_total");
            });
    Set<String> unknown = new TreeSet<>();
    expressions.forEach(expression -> unknown.addAll(PromQl.metrics(expression)));
    unknown.removeAll(known);
    return unknown;
  }

  private static void add(Set<String> known, String family) {
    known.addAll(List.of(family, family + "_bucket", family + "_sum", family + "_count"));
  }

  private static Set<String> recorded() {
    Set<String> recorded = new TreeSet<>();
    try {
      for (Map<String, Object> group :
          Yaml.maps(Yaml.read("deploy/prometheus/alerts.yml"), "groups")) {
        for (Map<String, Object> rule : Yaml.maps(group, "rules")) {
          if (rule.get("record") instanceof String name) {
            recorded.add(name);
          }
        }
      }
      return recorded;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
