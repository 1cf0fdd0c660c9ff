package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.metrics.SelfMetrics;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of {@code deploy/prometheus/alerts.yml}. {@code ConfigIT} runs their cases. */
class AlertRulesTest {
  private static final String RUNBOOK = "docs/operating.md";

  @Test
  void everyAlert_hasSeveritySummaryDescriptionAndRunbook() throws IOException {
    Set<String> anchors = Markdown.anchors(Documents.read(RUNBOOK));
    for (Map<String, Object> alert : alerts()) {
      String name = (String) alert.get("alert");
      assertTrue(
          Set.of("critical", "warning")
              .contains(String.valueOf(Yaml.map(alert.get("labels")).get("severity"))),
          name);
      Map<String, Object> annotations = Yaml.map(alert.get("annotations"));
      assertEquals(Set.of("summary", "description", "runbook_url"), annotations.keySet(), name);
      String anchor = name.toLowerCase(Locale.ROOT);
      assertEquals(RUNBOOK + "#" + anchor, annotations.get("runbook_url"));
      assertTrue(anchors.contains(anchor), name);
    }
  }

  @Test
  void everyAlert_hasACaseThatFires_andOneThatDoesNot() throws IOException {
    Set<String> firing = new TreeSet<>();
    Set<String> silent = new TreeSet<>();
    for (Map<String, Object> test :
        Yaml.maps(Yaml.read("deploy/prometheus/alerts-test.yml"), "tests")) {
      for (Map<String, Object> aCase : Yaml.maps(test, "alert_rule_test")) {
        Set<String> kind = Yaml.maps(aCase, "exp_alerts").isEmpty() ? silent : firing;
        kind.add((String) aCase.get("alertname"));
      }
    }
    Set<String> all = new TreeSet<>(alerts().stream().map(a -> (String) a.get("alert")).toList());

    assertEquals(all, firing);
    assertEquals(all, silent);
  }

  @Test
  void everyMetric_isExported() throws IOException {
    List<String> expressions = rules().map(rule -> (String) rule.get("expr")).toList();

    assertEquals(Set.of(), ExportedMetrics.unknown(expressions));
    assertTrue(expressions.size() > 20, expressions::toString);
  }

  @Test
  void metrics_areFoundInExpressions() {
    String expression =
        "sum by (le) (rate(a_bucket{le=~\"b|c\", d=\"e\"}[5m])) > 2 * 1e3 and on (f) g:h offset 5m";

    assertEquals(Set.of("a_bucket", "g:h"), PromQl.metrics(expression));
    assertEquals(Set.of("a", "zz_total"), ExportedMetrics.unknown(List.of("a + zz_total + up")));
    assertTrue(SelfMetrics.RESERVED.containsKey("pushgateway_store_free_bytes"));
  }

  private static List<Map<String, Object>> alerts() throws IOException {
    return rules().filter(rule -> rule.containsKey("alert")).toList();
  }

  private static Stream<Map<String, Object>> rules() throws IOException {
    return Yaml.maps(Yaml.read("deploy/prometheus/alerts.yml"), "groups").stream()
        .flatMap(group -> Yaml.maps(group, "rules").stream());
  }
}
