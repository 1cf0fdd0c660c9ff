package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every node is stopped and started again, one after the other, and no client of the balancers
 * notices. Some clients use HAProxy, the others nginx, on the configurations that come with
 * Holdfast.
 */
@Tag("cluster")
final class RollingRestartIT {
  private static final long SEED = Processes.seed();
  private static final int ROUNDS = 1;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private ClusterLoad load;

  @AfterEach
  void end() {
    load.close();
  }

  @Test
  void rollingRestart_underLoad_failsNoPush() throws Exception {
    Cluster cluster = Cluster.start(processes, directory, "--shutdown.drain=2s");
    ServerProcess nginx = cluster.startNginx().awaitReady("/-/ready");
    load = new ClusterLoad(List.of(cluster.balancer().address(), nginx.address()), SEED);
    load.start();
    for (int i = 0; i < ROUNDS; i++) {
      for (int node : cluster.all()) {
        long before = load.answered();
        assertEquals(0, cluster.node(node).stop(), cluster.node(node)::output);
        cluster.start(node);
        cluster.awaitReady(node);
        cluster.awaitBalanced();
        load.verify();
        assertTrue(load.answered() > before + 100, "no load");
      }
    }
    load.stop();
    System.out.printf(
        "RollingRestartIT: seed %d, %d acknowledged, %d not, %d scrapes%n",
        SEED, load.answered(), load.unanswered(), load.scrapes());
    assertEquals(0, load.unanswered(), () -> load.refusals() + ", seed " + SEED);
    load.check(cluster, "after a rolling restart");
  }
}
