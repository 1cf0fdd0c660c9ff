package io.holdfast.server.metrics;

import io.holdfast.server.documents.GeneratedPage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} says what the families' declarations say. */
class MetricsPageTest {
  private static final String HEAD =
      """
      # Self metrics

      The metrics of the server itself. `GET /metrics?collect[]=self` returns them without the pushed ones. Families that the
      Pushgateway has too bear its names and labels.

      Names that begin with `pushgateway_` are the server's: a push may add series to such a family, and is rejected if its type
      differs. `jvm_*` and `process_*` describe the process. A pushed family of such a name takes the place of the server's,
      because Java jobs push these names. [deploy/prometheus/alerts.yml](../deploy/prometheus/alerts.yml) has alerts,
      [deploy/grafana](../deploy/grafana) two dashboards, and [operating.md](operating.md#runbook) a runbook for each alert.

      ## Every node

      """;

  private static final String WEB_CONFIG =
      """

      ## With a web config file

      `--web.config.file` adds these families.

      """;

  private static final String CLUSTER =
      """

      ## A cluster's node

      In a cluster every self metric, above and below, has the label `instance` with the node's name. `member` is the name of
      another node.

      """;

  @Test
  void page_isCurrent() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    append(page, SelfMetrics.FAMILIES);
    page.append("| `jvm_*`, `process_*` | | The Java runtime and the process. |\n");
    page.append(WEB_CONFIG);
    append(page, WebConfigMetrics.FAMILIES);
    page.append(CLUSTER);
    append(page, ClusterMetrics.FAMILIES);
    GeneratedPage.assertCurrent("docs/metrics.md", page.toString());
  }

  private static void append(StringBuilder page, List<SelfFamily> families) {
    page.append("| family | type | meaning |\n|---|---|---|\n");
    for (SelfFamily family : families) {
      String labels =
          family.labels().isEmpty() ? "" : "{" + String.join(",", family.labels()) + "}";
      String type = family.type().name().toLowerCase(Locale.ROOT);
      String details = family.details().isEmpty() ? "" : " " + family.details();
      page.append(
          "| `%s%s` | %s | %s%s |\n"
              .formatted(family.name(), labels, type, family.help(), details));
    }
  }
}
