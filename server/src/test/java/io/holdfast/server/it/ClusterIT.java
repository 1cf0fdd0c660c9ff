package io.holdfast.server.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes: they find each other, and each of them takes and shows everything. */
@Tag("cluster")
final class ClusterIT {
  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static Cluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = Cluster.start(PROCESSES, directory, "--web.enable-admin-api");
  }

  @BeforeEach
  void wipe() throws IOException {
    assertEquals(202, cluster.node(1).send(Step.wipe()).status());
  }

  @Test
  void push_throughOne_isServedByEach_atOnce() throws IOException {
    for (int i = 1; i <= 60; i++) {
      push(cluster.node(1 + i % 3), "/metrics/job/any", "any_total " + i + "\n");
      for (int node : cluster.all()) {
        assertEquals(Map.of("any_total{instance=\"\",job=\"any\"}", "" + i), counters(node));
      }
    }
  }

  @Test
  void changes_throughDifferentNodes_takeEffectInTheirOrder() throws IOException {
    for (int i = 1; i <= 20; i++) {
      push(cluster.node(1), "/metrics/job/a", "a_total " + i + "\n");
      assertEquals(202, cluster.node(2).send(Step.delete("/metrics/job/a")).status());
      assertEquals(Map.of(), counters(3));
      push(cluster.node(3), "/metrics/job/a", "a_total " + i + "\n");
      assertEquals(202, cluster.node(1).send(Step.wipe()).status());
      assertEquals(Map.of(), counters(2));
      push(cluster.node(2), "/metrics/job/a", "b_total " + i + "\n");
      assertEquals(Map.of("b_total{instance=\"\",job=\"a\"}", "" + i), counters(1));
    }
    cluster.awaitSame();
  }

  @Test
  void rejectedPush_isRejectedByEach_andMarksTheGroupOnAll() throws IOException {
    push(cluster.node(1), "/metrics/job/a", "# TYPE both counter\nboth 1\n");
    Step other = Step.put("/metrics/job/b", "# TYPE both gauge\nboth 1\n");
    for (int node : cluster.all()) {
      RawHttp.Response refused = cluster.node(node).send(other);
      assertEquals(400, refused.status(), refused::text);
      Exposition exposition = cluster.node(3).scrape();
      String failure = "push_failure_time_seconds{instance=\"\",job=\"b\"}";
      assertTrue(exposition.values().containsKey(failure), exposition::toString);
    }
    cluster.awaitSame();
  }

  @Test
  void nodeStopped_isBackWithin10s_withWhatItMissed() throws IOException {
    assertEquals(0, cluster.node(2).stop());
    assertBack(2);
  }

  @Test
  void nodeKilled_isBackWithin10s_withWhatItMissed() throws IOException {
    cluster.kill(3);
    assertBack(3);
  }

  private static void assertBack(int node) throws IOException {
    push(cluster.node(1), "/metrics/job/missed", "missed_total 1\n");
    cluster.start(node);
    cluster.awaitReady(node);
    assertEquals(Map.of("missed_total{instance=\"\",job=\"missed\"}", "1"), counters(node));
  }

  @Test
  void nodeStopped_saysGoodbye_soThatPushesDoNotWait() throws IOException {
    assertEquals(0, cluster.node(2).stop());
    try {
      push(cluster.node(1), "/metrics/job/a", "a_total 1\n");
      // The push waited either until node 2 was known to be gone, or for the lag grace to pass.
      String log = cluster.node(1).output();
      assertTrue(log.contains("peer left\" peer=" + Cluster.name(2)), log);
    } finally {
      cluster.start(2);
      cluster.awaitReady(2);
    }
  }

  @Test
  void status_namesEveryNode() throws IOException {
    for (int node : cluster.all()) {
      String status = cluster.status(node);
      for (int other : cluster.all()) {
        assertTrue(status.contains('"' + Cluster.name(other) + '"'), status);
      }
    }
  }

  @Test
  void page_tellsOfEveryNode_andWhyAPushFailed_onEach() throws IOException {
    RawHttp.Response refused =
        cluster.node(1).send(Step.post("/metrics/job/a", "a 1 1700000000000\n"));
    assertEquals(400, refused.status(), refused::text);
    for (int node : cluster.all()) {
      String status = cluster.node(node).send(Step.get("/status")).text();
      assertTrue(status.contains("<strong>" + Cluster.name(node) + " is ready.</strong>"), status);
      for (int other : cluster.all()) {
        assertTrue(status.contains("<bdi>" + Cluster.name(other) + "</bdi>"), status);
      }
      String group = cluster.node(node).send(Step.get("/group/job/a")).text();
      assertTrue(group.contains("must not have timestamps"), group);
    }
  }

  @Test
  void selfMetrics_nameTheirNode() throws IOException {
    push(cluster.node(1), "/metrics/job/a", "a_total 1\n");
    for (int node : cluster.all()) {
      String own = cluster.node(node).send(Step.get("/metrics?collect[]=self")).text();
      String ready = "pushgateway_cluster_ready{instance=\"" + Cluster.name(node) + "\"} 1\n";
      assertTrue(own.contains(ready), own);
      assertFalse(own.contains("a_total"), own);
      for (String line : own.split("\n", -1)) {
        boolean isSample = !line.isEmpty() && !line.startsWith("#");
        assertTrue(!isSample || line.contains("instance=\"" + Cluster.name(node) + '"'), line);
      }
      String pushed = cluster.pushed(node).toStringUtf8();
      assertTrue(pushed.contains("a_total{instance=\"\",job=\"a\"} 1\n"), pushed);
      assertFalse(pushed.contains("pushgateway_"), pushed);
    }
  }

  /**
   * Long past the memory that a batch or a window may take. While the nodes still merge one push,
   * they may refuse the next, perhaps in the middle of its body: a job then tries again.
   */
  @Test
  void largePushes_reachEveryNode() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40_000; i++) {
      text.append("large_total{i=\"").append(i).append("\"} 1\n");
    }
    for (int group = 0; group < 4; group++) {
      Step push = Step.put("/metrics/job/large/group/" + group, text.toString());
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> cluster.balancer().send(push).status(), status -> status == 200);
    }
    assertEquals(4 * 40_000, cluster.awaitSame().samples("large_total").size());
  }

  private static void push(ServerProcess server, String target, String text) throws IOException {
    RawHttp.Response response = server.send(Step.put(target, text));
    assertEquals(200, response.status(), response::text);
  }

  /** What was pushed, without push times. */
  private static Map<String, String> counters(int node) throws IOException {
    Map<String, String> values = cluster.node(node).scrape().pushed().values();
    values.keySet().removeIf(series -> series.startsWith("push_"));
    return values;
  }
}
