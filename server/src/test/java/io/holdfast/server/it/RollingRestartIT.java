package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every node is stopped and started as another version, one after the other, and back; no client of
 * the balancers notices. Some clients use HAProxy, the others nginx, on the configurations that
 * come with Holdfast.
 */
@Tag("cluster")
final class RollingRestartIT {
  private static final long SEED = Processes.seed();
  private static final String VERSION = "version=\"%s\"";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private ClusterLoad load;

  @AfterEach
  void end() {
    load.close();
  }

  @Test
  void rollingUpgrade_andDowngrade_underLoad_failNoPush() throws Exception {
    Cluster cluster = Cluster.start(processes, directory, "--shutdown.drain=2s");
    ServerProcess nginx = cluster.startNginx().awaitReady("/-/ready");
    Path next = NextVersion.write(directory.resolve("next"));
    load = new ClusterLoad(List.of(cluster.balancer().address(), nginx.address()), SEED);
    load.start();
    for (int node : cluster.all()) {
      restart(cluster, node, () -> cluster.startBuild(node, next));
      assertTrue(ownMetrics(cluster, node).contains(VERSION.formatted(NextVersion.NUMBER)));
    }
    for (int node : cluster.all()) {
      restart(cluster, node, () -> cluster.start(node));
      assertFalse(ownMetrics(cluster, node).contains(VERSION.formatted(NextVersion.NUMBER)));
    }
    load.stop();
    System.out.printf(
        "RollingRestartIT: seed %d, %d acknowledged, %d not, %d scrapes%n",
        SEED, load.answered(), load.unanswered(), load.scrapes());
    assertEquals(0, load.unanswered(), () -> load.refusals() + ", seed " + SEED);
    load.check(cluster, "after a rolling upgrade and downgrade");
  }

  private interface Start {
    void run() throws IOException;
  }

  private void restart(Cluster cluster, int node, Start start) throws Exception {
    long before = load.answered();
    assertEquals(0, cluster.node(node).stop(), cluster.node(node)::output);
    start.run();
    cluster.awaitReady(node);
    cluster.awaitBalanced();
    load.verify();
    assertTrue(load.answered() > before + 100, "no load");
  }

  private static String ownMetrics(Cluster cluster, int node) throws IOException {
    return cluster.node(node).send(Step.get("/metrics?collect[]=self")).text();
  }
}
