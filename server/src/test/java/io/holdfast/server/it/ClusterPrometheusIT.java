package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real Prometheus scrapes pushed metrics through the balancer, by the configuration that comes
 * with Holdfast, while nodes come and go: every scrape succeeds, a counter that only grows is never
 * seen to be reset, and a group that expires comes and goes once.
 */
@Tag("cluster")
final class ClusterPrometheusIT {
  private static final long SEED = Processes.seed();

  /** Scrapes at different instants within each interval, more than one job would make. */
  private static final int SCRAPERS = 20;

  private static final Pattern SCRAPER = Pattern.compile("\"scraper\":\"\\d+\"");

  private static final String INTERVAL = "scrape_interval: 15s";

  /** A scrape may take as long: it must leave room for one that is repeated. */
  private static final String SHORT_INTERVAL = "scrape_interval: 10s";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void prometheus_whileNodesComeAndGo_seesNoGapAndNoReset() throws Exception {
    Cluster cluster = Cluster.start(processes, directory);
    Prometheus prometheus =
        Prometheus.start(processes, directory, config(cluster), "--log.level=debug");
    try (ClusterLoad load = new ClusterLoad(cluster, SEED)) {
      load.startPushes();
      awaitScrapes(prometheus, 1);

      cluster.kill(1);
      awaitScrapes(prometheus, SCRAPERS);
      cluster.start(1);
      cluster.awaitComplete();
      cluster.freeze(2);
      awaitScrapes(prometheus, 2 * SCRAPERS);
      cluster.thaw(2);
      cluster.awaitComplete();
      cluster.partition(3);
      awaitScrapes(prometheus, 3 * SCRAPERS);
      cluster.heal();
      cluster.awaitComplete();
      awaitScrapes(prometheus, 4 * SCRAPERS);

      load.stop();
      load.check(cluster, "after nodes came and went");
    }
    String pushed = "{job=~\"pushed.*\"}[5m])";
    assertEquals(
        1,
        prometheus.askForOne("min(min_over_time(up" + pushed + ")"),
        () -> whatHappened(cluster, prometheus));
    assertEquals(0, prometheus.askForOne("max(resets(growing_total[5m]))"));
    assertTrue(prometheus.askForOne("min(changes(growing_total[5m]))") > 1, "it hardly grew");
    assertComeAndGoOnce(prometheus);
    Dashboard.of("gateway.json", "1m")
        .awaitData(prometheus, query -> query.startsWith("Web config file/"));
    Dashboard.ofRules().awaitNoData(prometheus, Set.of("HoldfastDown", "HoldfastNoQuorum"));
    double own = prometheus.askForOne("count(pushgateway_groups{job=\"holdfast\"})");
    assertEquals(Cluster.SIZE, own, "nodes that tell of themselves");
  }

  /** From the first sample of a group to its last one, each scrape of that scraper has it. */
  private static void assertComeAndGoOnce(Prometheus prometheus) throws Exception {
    Map<String, List<String>> scrapes = new HashMap<>();
    prometheus
        .askForTimes("up{job=~\"pushed.*\"}[5m]")
        .forEach((labels, times) -> scrapes.put(scraper(labels), times));
    Map<String, List<String>> groups = prometheus.askForTimes(ExpiringGroups.FAMILY + "[5m]");
    assertTrue(groups.size() > SCRAPERS, () -> "groups that expire: " + groups);
    groups.forEach(
        (labels, times) -> {
          List<String> all = scrapes.get(scraper(labels));
          int first = all.indexOf(times.get(0));
          assertEquals(
              all.subList(first, first + times.size()), times, () -> "scrapes that show " + labels);
        });
    long mostScrapes = scrapes.values().stream().mapToLong(List::size).max().orElse(0);
    assertTrue(
        groups.values().stream().anyMatch(times -> times.size() < mostScrapes),
        "no group has expired");
  }

  private static String scraper(String labels) {
    Matcher scraper = SCRAPER.matcher(labels);
    assertTrue(scraper.find(), labels);
    return scraper.group();
  }

  /** What failed, and what everybody said about it. */
  private static String whatHappened(Cluster cluster, Prometheus prometheus) {
    StringBuilder story = new StringBuilder();
    prometheus.failedScrapes().forEach(line -> story.append(line).append('\n'));
    story.append(cluster.balancer().output());
    cluster.all().forEach(node -> story.append(cluster.node(node).output()));
    return story.toString();
  }

  private static void awaitScrapes(Prometheus prometheus, int scrapes) {
    String query = "sum(count_over_time(growing_total[5m])) or vector(0)";
    Awaitility.await("Prometheus has scraped " + scrapes + " times")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> prometheus.askForOne(query) >= scrapes);
  }

  /** What comes with Holdfast, but for addresses, and with its job for pushed metrics repeated. */
  private static String config(Cluster cluster) throws IOException {
    String shipped =
        Files.readString(Programs.repository().resolve("deploy/prometheus/prometheus-cluster.yml"));
    assertTrue(shipped.contains(INTERVAL), shipped);
    String config = shipped.replace(INTERVAL, SHORT_INTERVAL);
    config = config.replace("balancer:9091", address(cluster.balancer()));
    for (int node : cluster.all()) {
      config = config.replace("gateway-" + node + ":9091", address(cluster.node(node)));
    }
    int start = config.indexOf("  - job_name: pushed");
    int end = config.indexOf("\n\n", start);
    String job = config.substring(start, end);
    StringBuilder jobs = new StringBuilder();
    for (int i = 0; i < SCRAPERS; i++) {
      jobs.append(job.replace("job_name: pushed", "job_name: pushed" + i));
      jobs.append("\n        labels: {scraper: \"").append(i).append("\"}\n");
    }
    return config.substring(0, start) + jobs + config.substring(end);
  }

  private static String address(ServerProcess server) {
    return server.address().getAddress().getHostAddress() + ":" + server.port();
  }
}
