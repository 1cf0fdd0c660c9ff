package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboards in {@code deploy/grafana}. Integration tests ask Prometheus their queries. */
class DashboardsTest {
  private static final Pattern ALERT = Pattern.compile("\\b[A-Z][a-z]+[A-Z]\\w+");

  @ParameterizedTest
  @ValueSource(strings = {"jobs", "gateway"})
  void everyMetric_isExported(String name) throws IOException {
    List<String> expressions = new ArrayList<>();
    for (Map<String, Object> panel : panels(name)) {
      Yaml.maps(panel, "targets").forEach(target -> expressions.add((String) target.get("expr")));
    }

    assertEquals(Set.of(), ExportedMetrics.unknown(expressions));
    assertTrue(expressions.size() > 10, expressions::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobs", "gateway"})
  void everyPanel_hasItsNumberAndSaysWhatItShows(String name) throws IOException {
    Set<Object> numbers = new HashSet<>();
    for (Map<String, Object> panel : panels(name)) {
      assertTrue(numbers.add(panel.get("id")), panel::toString);
      boolean isRow = "row".equals(panel.get("type"));
      assertTrue(isRow || !String.valueOf(panel.get("description")).isBlank(), panel::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobs", "gateway"})
  void everyAlertThatAPanelNames_exists(String name) throws IOException {
    Set<String> named = new TreeSet<>();
    for (Map<String, Object> panel : panels(name)) {
      String description = String.valueOf(panel.get("description"));
      int start = description.indexOf("Alert");
      if (start >= 0) {
        for (Matcher alert = ALERT.matcher(description.substring(start)); alert.find(); ) {
          named.add(alert.group());
        }
      }
    }
    Set<String> alerts =
        Pattern.compile("- alert: (\\w+)")
            .matcher(Documents.read("deploy/prometheus/alerts.yml"))
            .results()
            .map(alert -> alert.group(1))
            .collect(Collectors.toSet());

    assertTrue(named.size() >= 2, named::toString);
    assertTrue(alerts.containsAll(named), () -> named + " (expected: from " + alerts + ")");
  }

  private static List<Map<String, Object>> panels(String name) throws IOException {
    return Yaml.maps(Yaml.read("deploy/grafana/" + name + ".json"), "panels");
  }
}
