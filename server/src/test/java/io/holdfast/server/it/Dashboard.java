package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The queries of a dashboard in {@code deploy/grafana}, or of the alert rules, which the real
 * Prometheus answers.
 *
 * @param queries by row, panel and number
 */
record Dashboard(Map<String, String> queries) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Reads a dashboard. Its variables select everything. */
  static Dashboard of(String file, String rateInterval) throws IOException {
    Map<String, String> queries = new LinkedHashMap<>();
    String row = "";
    for (Map<?, ?> panel : maps(read("deploy/grafana/" + file).get("panels"))) {
      if ("row".equals(panel.get("type"))) {
        row = panel.get("title") + "/";
      }
      for (Map<?, ?> target : maps(panel.get("targets"))) {
        String query = (String) target.get("expr");
        queries.put(
            row + panel.get("title") + "/" + target.get("refId"),
            query
                .replace("$__rate_interval", rateInterval)
                .replace("$job", ".+")
                .replace("$instance", ".+"));
      }
    }
    return new Dashboard(queries);
  }

  /** Reads the expressions of the rules. */
  static Dashboard ofRules() throws IOException {
    Map<String, String> queries = new LinkedHashMap<>();
    for (Map<?, ?> group : maps(read("deploy/prometheus/alerts.yml").get("groups"))) {
      for (Map<?, ?> rule : maps(group.get("rules"))) {
        Object name = rule.containsKey("alert") ? rule.get("alert") : rule.get("record");
        queries.put(String.valueOf(name), (String) rule.get("expr"));
      }
    }
    return new Dashboard(queries);
  }

  /** Waits until all queries have data, except the given ones, which have none. */
  void awaitData(Prometheus prometheus, Predicate<String> isEmpty) throws IOException {
    // A query with data is not asked again: Prometheus needs its time for scrapes.
    Map<String, String> waiting = new LinkedHashMap<>(queries);
    waiting.keySet().removeIf(isEmpty);
    assertTrue(waiting.size() > queries.size() / 2, waiting::toString);
    Awaitility.await("queries have data")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              waiting.keySet().retainAll(withoutData(prometheus, waiting));
              assertEquals(Map.of(), waiting);
            });
    Map<String, String> empty = new LinkedHashMap<>(queries);
    empty.keySet().removeIf(isEmpty.negate());
    assertEquals(empty.keySet(), withoutData(prometheus, empty));
  }

  /**
   * Waits until the given queries have no data. Prometheus answers from its last scrape of a node,
   * which may show a fault that has ended since.
   */
  void awaitNoData(Prometheus prometheus, Set<String> silent) {
    Awaitility.await("queries without data")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              Set<String> withData = new TreeSet<>(silent);
              withData.removeAll(withoutData(prometheus));
              assertEquals(Set.of(), withData);
            });
  }

  /** Returns the queries without data. Fails if Prometheus cannot compute a query. */
  Set<String> withoutData(Prometheus prometheus) throws IOException {
    return withoutData(prometheus, queries);
  }

  private static Set<String> withoutData(Prometheus prometheus, Map<String, String> queries)
      throws IOException {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, String> query : queries.entrySet()) {
      if (prometheus.ask(query.getValue()).isEmpty()) {
        names.add(query.getKey());
      }
    }
    return names;
  }

  private static Map<?, ?> read(String file) throws IOException {
    String text = Files.readString(Programs.repository().resolve(file));
    return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  private static List<Map<?, ?>> maps(@Nullable Object list) {
    List<Map<?, ?>> maps = new ArrayList<>();
    if (list instanceof List<?> all) {
      all.forEach(each -> maps.add((Map<?, ?>) each));
    }
    return maps;
  }
}
