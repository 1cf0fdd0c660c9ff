package io.holdfast.server.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bad things happen to real nodes while clients use them through the balancer. As long as a
 * majority lives, no scrape fails and no counter goes back. At the end nothing acknowledged is
 * lost, nothing deleted is back, and all nodes expose the same bytes.
 *
 * <p>{@code -Dholdfast.it.seed=N} repeats what the clients do and what happens in which order; what
 * is under way at that instant is the machine's choice.
 */
@Tag("cluster")
final class ClusterFaultsIT {
  private static final long SEED = Processes.seed();
  private static final int KILLS = 4;
  private static final int FREEZES = 3;
  private static final int PARTITIONS = 3;
  private static final int POWER_LOSSES = 2;
  private static final int CLIENTS = 16;
  private static final int ROUNDS = 3;

  /** As in the balancer's configuration. */
  private static final Duration BALANCER_PATIENCE = Duration.ofSeconds(5);

  @RegisterExtension static final Processes processes = Processes.perClass();

  @TempDir static Path directory;

  /** One for all tests: each leaves it whole, or the next one mends it. */
  private static Cluster cluster;

  private RandomGenerator random;
  private ClusterLoad load;
  private String test;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = Cluster.start(processes, directory, "--web.enable-admin-api");
  }

  @BeforeEach
  void start(TestInfo info) throws Exception {
    test = info.getDisplayName();
    // Each test has its own choices, and has them again in the next run.
    random = ClusterLoad.seeded(SEED + test.hashCode());
    cluster.mend();
    cluster.wipe();
    load = new ClusterLoad(cluster, SEED);
  }

  @AfterEach
  void end() {
    load.close();
    System.out.printf(
        "ClusterFaultsIT.%s: seed %d, %d acknowledged, %d not, %d scrapes; last refusals %s%n",
        test, SEED, load.answered(), load.unanswered(), load.scrapes(), load.refusals());
  }

  @Test
  void kills_loseNothing_andScrapesGoOn() throws Exception {
    load.start();
    for (int i = 0; i < KILLS; i++) {
      int node = anyNode();
      pause(500, 1_500);
      cluster.kill(node);
      pause(0, 2_000);
      cluster.start(node);
      cluster.awaitComplete();
      load.verify();
    }
    load.stop();
    load.check(cluster, "after " + KILLS + " kills");
  }

  @Test
  void freezes_loseNothing_andScrapesGoOn() throws Exception {
    load.start();
    for (int i = 0; i < FREEZES; i++) {
      int node = anyNode();
      pause(500, 1_500);
      cluster.freeze(node);
      // From shorter than the lease to long enough to be taken for dead.
      pause(500, 1 + (i + 1) * 4_000);
      cluster.thaw(node);
      cluster.awaitComplete();
      load.verify();
    }
    load.stop();
    load.check(cluster, "after " + FREEZES + " freezes");
  }

  /**
   * A balancer that gets no answer in time repeats the push elsewhere, and the client goes on from
   * there. What a frozen node had begun, or has in its sockets, must not take effect after that.
   */
  @Test
  void frozenNode_wakingUp_finishesNothingThatWasRepeatedElsewhere() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          String target = late(i);
          running.add(clients.submit(() -> pushUntilNoAnswer(target)));
        }
        pause(500, 1_500);
        cluster.freeze(1);
        for (Future<?> each : running) {
          each.get(30, TimeUnit.SECONDS);
        }
        for (int i = 0; i < CLIENTS; i++) {
          Step push = Step.put(late(i), "late_total 1e9\n");
          // Repeated as by any client: it may be refused while the frozen node is still counted on.
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> cluster.node(2).send(push).status(), status -> status == 200);
        }
        cluster.thaw(1);
        cluster.awaitReady(1);
        List<Exposition.Sample> late = cluster.awaitSame().samples("late_total");
        assertEquals(CLIENTS, late.size());
        assertTrue(
            late.stream().allMatch(sample -> Double.parseDouble(sample.value()) == 1e9),
            () -> "seed " + SEED + ": " + late);
      }
    } finally {
      clients.shutdownNow();
    }
  }

  /**
   * Each in turn, so that the one that Hazelcast has for its master is among them: with it frozen,
   * each of the others must not take the other for dead too, and both stay ready.
   */
  @Test
  void frozenNode_whicheverItIs_leavesTheOthersInTouch() throws Exception {
    for (int frozen : cluster.all()) {
      List<Integer> others = cluster.all().stream().filter(node -> node != frozen).toList();
      cluster.freeze(frozen);
      await()
          .during(Duration.ofSeconds(8))
          .atMost(Duration.ofSeconds(9))
          .failFast(() -> assertInTouch(others))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> areReady(others));
      cluster.thaw(frozen);
      cluster.awaitComplete();
    }
  }

  private void assertInTouch(List<Integer> nodes) throws IOException {
    for (int node : nodes) {
      String status = cluster.status(node);
      for (int other : nodes) {
        assertTrue(
            status.contains('"' + Cluster.name(other) + '"'),
            () -> Cluster.name(other) + " is missing: " + status + cluster.node(node).output());
      }
    }
  }

  private boolean areReady(List<Integer> nodes) throws IOException {
    for (int node : nodes) {
      if (cluster.node(node).send(Step.get("/-/ready")).status() != 200) {
        return false;
      }
    }
    return true;
  }

  private static String late(int client) {
    return "/metrics/job/late/client/" + client;
  }

  private void pushUntilNoAnswer(String target) {
    try (RawHttp http = new RawHttp(cluster.node(1).address(), BALANCER_PATIENCE)) {
      for (int value = 1; true; value++) {
        RawHttp.Response response = http.send(Step.put(target, "late_total " + value + "\n"));
        assertTrue(response.status() == 200 || response.status() == 503, response::text);
      }
    } catch (IOException e) {
      assertTrue(e instanceof SocketTimeoutException, e::toString);
    }
  }

  @Test
  void partitions_minorityRefuses_majorityGoesOn() throws Exception {
    load.start();
    for (int i = 0; i < PARTITIONS; i++) {
      int node = anyNode();
      pause(500, 1_500);
      if (i % 3 == 2) {
        cluster.unplug(node);
        pause(3_000, 6_000);
      } else {
        cluster.partition(node);
        assertMinorityRefuses(node);
        pause(0, 3_000);
      }
      long before = load.answered();
      Awaitility.await("the majority goes on").until(() -> load.answered() > before + 100);
      cluster.heal();
      cluster.awaitComplete();
      load.verify();
    }
    load.stop();
    load.check(cluster, "after " + PARTITIONS + " partitions");
  }

  private void assertMinorityRefuses(int node) throws Exception {
    String reason = cluster.awaitUnready(node);
    assertTrue(reason.contains("quorum") || reason.contains("nodes"), reason);
    RawHttp.Response push = cluster.node(node).send(Step.put("/metrics/job/minority", "m 1\n"));
    assertEquals(503, push.status(), push::text);
    assertTrue(!push.header("Retry-After").isEmpty(), push::toString);
    RawHttp.Response delete = cluster.node(node).send(Step.delete("/metrics/job/minority"));
    assertEquals(503, delete.status(), delete::text);
    // Cut off for long enough, the node serves its last exposition, marked as stale.
    RawHttp.Response scrape =
        Awaitility.await("the minority serves what it last knew")
            .atMost(Duration.ofSeconds(15))
            .until(
                () -> cluster.node(node).send(Step.get("/metrics")),
                answer -> answer.status() == 200);
    assertTrue(
        scrape.text().contains("pushgateway_cluster_ready{instance=\"node-" + node + "\"} 0\n"),
        scrape::text);
  }

  @Test
  void quorumLost_balancerServesWhatIsLastKnown_andRefusesPushes() throws Exception {
    load.startPushes();
    pause(1_000, 2_000);
    load.stop();
    Exposition before = cluster.awaitSame();
    int last = anyNode();
    cluster.all().stream().filter(node -> node != last).forEach(cluster::kill);

    RawHttp.Response scrape =
        Awaitility.await("the balancer serves what the last node knows")
            .atMost(Duration.ofSeconds(20))
            // HAProxy closes without a word when it would repeat a request and no server is left.
            .ignoreExceptionsInstanceOf(EOFException.class)
            .until(
                () -> cluster.balancer().send(Step.get("/metrics?collect[]=pushed")),
                answer -> answer.status() == 200);
    assertEquals(before.toString(), Exposition.parse(scrape.text()).toString());
    RawHttp.Response push = cluster.balancer().send(Step.put("/metrics/job/a", "a_total 1\n"));
    assertEquals(503, push.status(), push::text);
    assertTrue(!push.header("Retry-After").isEmpty(), push::toString);

    for (int node : cluster.all()) {
      if (node != last) {
        cluster.start(node);
      }
    }
    cluster.awaitComplete();
    load.check(cluster, "after the quorum was lost");
  }

  @Test
  void diskLost_isFilledAgain() throws Exception {
    load.start();
    int node = anyNode();
    pause(1_000, 2_000);
    cluster.kill(node);
    cluster.loseDisk(node);
    pause(0, 1_000);
    cluster.start(node);
    cluster.awaitComplete();
    // What it has now counts: without one of the others it is one of the two that confirm.
    int other = 1 + node % Cluster.SIZE;
    cluster.kill(other);
    pause(1_000, 2_000);
    cluster.start(other);
    cluster.awaitReady(other);
    load.stop();
    load.check(cluster, "after the disk of node " + node + " was lost");
  }

  @Test
  void powerLostByAll_losesNothing() throws Exception {
    for (int i = 0; i < POWER_LOSSES; i++) {
      load.startPushes();
      pause(500, 2_000);
      cluster.killAll();
      load.stop();
      for (int node : cluster.all()) {
        cluster.start(node);
      }
      cluster.awaitComplete();
      load.check(cluster, "after power loss " + i);
    }
  }

  private int anyNode() {
    return random.nextInt(1, Cluster.SIZE + 1);
  }

  private void pause(int leastMillis, int mostMillis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(leastMillis, mostMillis)));
  }
}
